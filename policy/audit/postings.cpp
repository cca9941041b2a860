#include "policy/audit/postings.hpp"

#include "policy/audit/pseudonym.hpp"
#include "policy/base/text.hpp"
#include "policy/crypto/digest.hpp"

#include <algorithm>
#include <charconv>
#include <string>
#include <utility>

namespace sealgate::policy {

namespace {

constexpr std::string_view indexed_fields[] = {"id", "sender"};

// As matches() compares them: letters' case does not matter.
std::uint64_t posting_key(std::string_view field, std::string_view value) {
    constexpr std::size_t hex_digits = 16;
    const auto digest = sha256_hex(std::string(field) + '\n' + text::lower(value));
    std::uint64_t out = 0;
    std::from_chars(digest.data(), digest.data() + hex_digits, out, 16);
    return out;
}

} // namespace

void postings_builder::add(std::uint32_t at, std::string_view line) {
    const auto record = record_in(line);
    if (!record) return add_unread(at);
    if (is_start(*record)) {
        made_.always.push_back(at);
        hashed_seen_ = false;
    }
    if (!hashed_seen_ && has_hashed_people(*record)) {
        made_.hashed.push_back(at);
        hashed_seen_ = true;
    }
    for (const auto field : indexed_fields)
        if (const auto value = text_in(*record, field))
            made_.of_values.push_back({.key = posting_key(field, *value), .at = at});
    ++made_.lines;
}

// It may be a start.
void postings_builder::add_unread(std::uint32_t at) {
    made_.always.push_back(at);
    hashed_seen_ = false;
    ++made_.lines;
}

postings postings_builder::take() && {
    std::ranges::sort(made_.of_values);
    return std::move(made_);
}

std::optional<query> indexed_part(const query& asked) {
    if (!asked.ids.empty()) return query{.ids = asked.ids};
    if (!asked.senders.empty()) return query{.senders = asked.senders};
    return std::nullopt;
}

std::vector<std::uint64_t> keys_of(const query& part) {
    std::vector<std::uint64_t> out;
    for (const auto& id : part.ids) out.push_back(posting_key("id", id));
    for (const auto& sender : part.senders) out.push_back(posting_key("sender", sender));
    return out;
}

} // namespace sealgate::policy
