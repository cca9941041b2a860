#include "policy/base/yaml_values.hpp"

#include "policy/base/text.hpp"

#include <algorithm>

namespace sealgate::yaml {

namespace {

struct unit {
    std::string_view suffix;
    std::uint64_t factor;
};

// A number with one of these units behind it; nothing where it is not that, or does not fit.
std::optional<std::uint64_t> with_unit(std::string_view value, const auto& units) {
    for (const auto& [suffix, factor] : units) {
        if (!value.ends_with(suffix)) continue;
        const auto number = text::whole_number(text::trim(value.substr(0, value.size() - suffix.size())));
        if (!number || *number > UINT64_MAX / factor) return std::nullopt;
        return *number * factor;
    }
    return std::nullopt;
}

} // namespace

std::optional<std::string> as_text(const node& value, error_sink& errors) {
    if (value.kind == kind::scalar) return value.scalar;
    expected("a text", value, errors);
    return std::nullopt;
}

std::optional<bool> as_bool(const node& value, error_sink& errors) {
    if (value.kind == kind::scalar && value.scalar == "true") return true;
    if (value.kind == kind::scalar && value.scalar == "false") return false;
    expected("true or false", value, errors);
    return std::nullopt;
}

std::optional<std::uint64_t> as_count(const node& value, error_sink& errors) {
    const auto number = value.kind == kind::scalar ? text::whole_number(value.scalar) : std::nullopt;
    if (!number) expected("a whole number", value, errors);
    return number;
}

std::optional<std::uint64_t> to_seconds(std::string_view text) {
    static constexpr unit units[] = {{"y", 366 * 86400}, {"w", 7 * 86400}, {"d", 86400}, {"h", 3600}, {"m", 60}, {"s", 1}};
    return with_unit(text, units);
}

std::optional<std::uint64_t> as_seconds(const node& value, error_sink& errors) {
    const auto number = value.kind == kind::scalar ? to_seconds(value.scalar) : std::nullopt;
    if (!number) expected("a duration such as 24h, 30m or 90s", value, errors);
    return number;
}

std::optional<std::uint64_t> as_octets(const node& value, error_sink& errors) {
    static constexpr unit units[] = {{"KiB", 1ULL << 10}, {"MiB", 1ULL << 20}, {"GiB", 1ULL << 30}, {"", 1}};
    const auto number = value.kind == kind::scalar ? with_unit(value.scalar, units) : std::nullopt;
    if (!number) expected("a size such as 50MiB or 10KiB", value, errors);
    return number;
}

std::vector<std::pair<std::string, mark>> as_texts(const node& value, error_sink& errors) {
    std::vector<std::pair<std::string, mark>> out;
    const auto take = [&](const node& item) {
        if (auto word = as_text(item, errors)) out.emplace_back(*std::move(word), item.at);
    };
    if (value.kind == kind::list) {
        std::ranges::for_each(value.items, take);
    } else {
        take(value);
    }
    return out;
}

} // namespace sealgate::yaml
