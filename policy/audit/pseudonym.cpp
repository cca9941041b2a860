#include "policy/audit/pseudonym.hpp"

#include "policy/audit/query.hpp"
#include "policy/base/text.hpp"
#include "policy/crypto/digest.hpp"

#include <boost/json/array.hpp>

#include <algorithm>

namespace sealgate::policy {

namespace {

namespace json = boost::json;

constexpr std::string_view mark = "hmac-";
constexpr std::size_t digits = 32;
constexpr std::size_t hash_size = mark.size() + digits;

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

std::vector<std::string> pseudonyms::all_of(const address& who) const {
    if (who.is_null()) return {};
    if (are_clear()) return {of(who)};
    std::vector<std::string> out{hash(who.key())};
    if (!who.domain.empty()) out.push_back(out.front() + "@" + who.domain);
    return out;
}

std::string pseudonyms::of_text(std::string_view text) const {
    return are_clear() || text.empty() ? std::string(text) : hash(text::lower(text));
}

std::string pseudonyms::hash(std::string_view text) const {
    return std::string(mark) + hmac_sha256_hex(key_, text).substr(0, digits);
}

std::string pseudonyms::of_user(std::string_view name) const {
    return name.contains('@') ? of(parse_address(name)) : std::string(name);
}

std::string pseudonyms::key_id() const {
    return are_clear() ? std::string{} : hmac_sha256_hex(key_, "sealgate address key").substr(0, 16);
}

bool is_pseudonym(std::string_view text) {
    if (!text.starts_with(mark) || text.size() < hash_size) return false;
    const auto hex = text.substr(mark.size(), digits);
    return hex.find_first_not_of("0123456789abcdef") == std::string_view::npos &&
           (text.size() == hash_size || text[hash_size] == '@');
}

bool is_start(const json::object& record) { return text_in(record, "event") == "start"; }

bool has_hashed_people(const json::object& record) {
    const auto is_hashed = [](const json::object& of, std::string_view field) {
        return is_pseudonym(text_in(of, field).value_or(""));
    };
    const auto recipients = recipients_in(record);
    return is_hashed(record, "sender") ||
           std::ranges::any_of(recipients, [&](const auto* one) { return is_hashed(*one, "address"); });
}

void address_key_in_use::see(const json::object& record) {
    if (is_start(record)) in_use_ = text_in(record, "address_key").value_or("");
}

key_fit address_key_in_use::fit_for(const json::object& record) const {
    if (!at_hand_.empty() && in_use_ == at_hand_) return key_fit::fits;
    if (!has_hashed_people(record)) return key_fit::fits;
    return !at_hand_.empty() && in_use_.empty() ? key_fit::unknown : key_fit::another;
}

namespace {

// Each hash that is known, with the domain behind it.
void reveal_in(json::string& text, const known_addresses& known, hash_set& met) {
    for (auto at = text.find(mark); at != json::string::npos; at = text.find(mark, at + 1)) {
        const auto found = known.find(std::string_view(text).substr(at, hash_size));
        if (found == known.end()) continue;
        const auto end = text.subview(at + hash_size).starts_with('@') ? text.find(' ', at) : at + hash_size;
        met.insert(found->first);
        text.replace(at, std::min(end, text.size()) - at, found->second);
    }
}

} // namespace

void reveal(json::value& record, const known_addresses& known, hash_set& met) {
    if (auto* object = record.if_object()) {
        for (auto& member : *object) reveal(member.value(), known, met);
    } else if (auto* list = record.if_array()) {
        for (auto& one : *list) reveal(one, known, met);
    } else if (auto* text = record.if_string()) {
        reveal_in(*text, known, met);
    }
}

void ways_of_naming::see(std::string_view who, std::string_view key) {
    if (!is_pseudonym(who)) {
        clear_ = clear_ || who.contains('@'); // not the word for nobody
        return;
    }
    if (!keys_.contains(key)) keys_.emplace(key);
    const bool has_domain = who.size() > hash_size;
    const auto first = with_domain_.try_emplace(std::string(who.substr(0, hash_size)), has_domain).first;
    both_forms_ = both_forms_ || first->second != has_domain;
}

std::size_t ways_of_naming::number() const { return keys_.size() + (clear_ ? 1 : 0) + (both_forms_ ? 1 : 0); }

} // namespace sealgate::policy
