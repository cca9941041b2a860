#include "keys/learning/dkim_signature.hpp"

#include "policy/base/text.hpp"
#include "policy/mail/address.hpp"

#include <algorithm>
#include <utility>

namespace sealgate::keys {

namespace {

// The standard knows 14.
constexpr std::size_t most_tags = 64;

std::string without_white_space(std::string_view in) {
    std::string out;
    std::ranges::remove_copy_if(in, std::back_inserter(out), text::is_space);
    return out;
}

struct tag_list {
    std::vector<std::pair<std::string_view, std::string_view>> tags;

    std::optional<std::string_view> value_of(std::string_view name) const {
        const auto at = std::ranges::find(tags, name, [](const auto& tag) { return tag.first; });
        return at == tags.end() ? std::nullopt : std::optional(at->second);
    }

    std::string text_of(std::string_view name) const { return without_white_space(value_of(name).value_or("")); }
};

std::optional<tag_list> read_tag_list(std::string_view value) {
    tag_list out;
    const auto pieces = text::split(value, ';');
    for (std::size_t i = 0; i < pieces.size(); ++i) {
        const auto piece = text::trim(pieces[i]);
        if (piece.empty() && i + 1 == pieces.size()) break; // the list may end with a ";"
        const auto equals = piece.find('=');
        if (equals == std::string_view::npos) return std::nullopt;
        const auto name = text::trim(piece.substr(0, equals));
        if (name.empty() || out.value_of(name) || out.tags.size() == most_tags) return std::nullopt;
        out.tags.emplace_back(name, text::trim(piece.substr(equals + 1)));
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
