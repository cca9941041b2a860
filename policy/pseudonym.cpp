#include "policy/pseudonym.hpp"

#include "policy/base/digest.hpp"
#include "policy/base/text.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

namespace sealgate::policy {

namespace {

namespace json = boost::json;

constexpr std::string_view mark = "hmac-";
constexpr std::size_t digits = 32;

} // namespace

std::string pseudonyms::of(const address& who) const {
    if (who.is_null()) return {};
    switch (form_) {
    case address_form::clear: return who.domain.empty() ? who.spelled : who.local + "@" + who.domain;
    case address_form::keyed: return hash(who.key());
    case address_form::keyed_local: return hash(who.key()) + (who.domain.empty() ? "" : "@" + who.domain);
    }
    std::unreachable();
}

std::string pseudonyms::of_text(std::string_view text) const {
    return are_clear() || text.empty() ? std::string(text) : hash(text::lower(text));
}

std::string pseudonyms::hash(std::string_view text) const {
    return std::string(mark) + hmac_sha256_hex(key_, text).substr(0, digits);
}

void reveal(json::value& record, const known_addresses& known) {
    if (auto* object = record.if_object()) {
        for (auto& member : *object) reveal(member.value(), known);
    } else if (auto* list = record.if_array()) {
        for (auto& one : *list) reveal(one, known);
    } else if (auto* text = record.if_string(); text && text->starts_with(mark)) {
        const auto at = known.find(std::string_view(*text).substr(0, mark.size() + digits));
        if (at != known.end()) *text = at->second;
    }
}

} // namespace sealgate::policy
