#include "keys/learning/dkim_signature.hpp"

#include "keys/learning/tag_list.hpp"
#include "policy/base/text.hpp"
#include "policy/mail/address.hpp"

#include <algorithm>
#include <utility>

namespace sealgate::keys {

namespace {

// The standard knows 14.
constexpr std::size_t most_tags = 64;

struct tag_list {
    std::vector<std::pair<std::string_view, std::string_view>> tags;

    std::optional<std::string_view> value_of(std::string_view name) const {
        const auto at = std::ranges::find(tags, name, [](const auto& tag) { return tag.first; });
        return at == tags.end() ? std::nullopt : std::optional(at->second);
    }

    std::string text_of(std::string_view name) const { return without_folding(value_of(name).value_or("")); }
};

// Each name once.
std::optional<tag_list> read_tag_list(std::string_view value) {
    const auto tags = read_tags(value);
    if (!tags || tags->size() > most_tags) return std::nullopt;
    tag_list out;
    for (const auto& tag : *tags) {
        if (out.value_of(tag.first)) return std::nullopt;
        out.tags.push_back(tag);
    }
    return out;
}

} // namespace

std::size_t dkim_signature::count_of(std::string_view field_name) const {
    return static_cast<std::size_t>(
        std::ranges::count_if(fields, [&](const std::string& one) { return text::iequals(one, field_name); }));
}

std::optional<dkim_signature> read_dkim_signature(std::string_view field_value) {
    const auto tags = read_tag_list(field_value);
    if (!tags || tags->text_of("v") != "1") return std::nullopt;
    for (const auto* const required : {"a", "b", "bh", "d", "h", "s"})
        if (tags->text_of(required).empty()) return std::nullopt;
    dkim_signature out{.domain = policy::canonical_domain(tags->text_of("d")),
                       .selector = tags->text_of("s"),
                       .identity = tags->text_of("i"),
                       .fields = {},
                       .value = tags->text_of("b"),
                       .covers_all_of_body = !tags->value_of("l")};
    const auto names = text::lower(tags->text_of("h"));
    for (const auto name : text::split(names, ':')) out.fields.emplace_back(name);
    if (out.domain.empty() || out.domain.starts_with('[')) return std::nullopt;
    return out;
}

} // namespace sealgate::keys
