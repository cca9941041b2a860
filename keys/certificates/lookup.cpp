#include "keys/certificates/lookup.hpp"

#include "policy/base/text.hpp"
#include "policy/mail/address.hpp"

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

namespace sealgate::keys {

namespace {

// The more hopeful, the greater.
int hope(policy::key_state state) {
    using enum policy::key_state;
    switch (state) {
    case usable: return 6;
    case weak: return 5;
    case expired: return 4;
    case revoked: return 3;
    case disabled: return 2;
    case not_for_encryption: return 1;
    case missing: return 0;
    }
    std::unreachable();
}

// The fingerprint at the end keeps the answer from depending on the order of the directory.
auto preference(const found_key& key) {
    return std::tuple(hope(key.state), key.stored->cert.created, std::string_view(key.stored->cert.fingerprint));
}

// A key of the future was none when the certificate was taken: the clock is behind.
bool is_ahead(const certificate& cert, time_point now) {
    return std::ranges::any_of(cert.subkeys, [&](const subkey& key) { return key.created > now; });
}

bool is_upper_hex(char c) { return text::is_digit(c) || (c >= 'A' && c <= 'F'); }

} // namespace

std::string canonical_fingerprint(std::string_view spelled) {
    std::string out;
    for (const char c : spelled) {
        if (text::is_space(c)) continue;
        out += c >= 'a' && c <= 'f' ? static_cast<char>(c - 'a' + 'A') : c;
    }
    const bool is_whole = out.size() == 40 || out.size() == 64;
    return is_whole && std::ranges::all_of(out, is_upper_hex) ? out : std::string{};
}

key_index::key_index(std::vector<stored_certificate> certificates, key_doubts doubts)
    : certificates_(std::move(certificates))
    , doubts_(std::move(doubts)) {
    for (std::size_t i = 0; i < certificates_.size(); ++i) {
        const auto& cert = certificates_[i].cert;
        by_fingerprint_.emplace(cert.fingerprint, i);
        for (const auto& address : std::set(cert.addresses.begin(), cert.addresses.end())) by_address_.emplace(address, i);
    }
}

found_key key_index::find(std::string_view address_key, time_point now) const {
    found_key best;
    bool ahead = false;
    const std::string key(address_key);
    const auto [first, last] = by_address_.equal_range(key);
    for (auto it = first; it != last; ++it) {
        const auto& stored = certificates_[it->second];
        if (!is_found_by(stored.cert, key, now)) continue;
        ahead = ahead || is_ahead(stored.cert, now);
        const found_key candidate{.state = state_at(stored.cert, now), .stored = &stored};
        if (best.stored == nullptr || preference(candidate) > preference(best)) best = candidate;
    }
    best.in_doubt = best.state != policy::key_state::usable && (ahead || is_in_doubt(key));
    return best;
}

bool key_index::is_in_doubt(const std::string& address_key) const {
    return doubts_.of_all || std::ranges::find(doubts_.addresses, address_key) != doubts_.addresses.end();
}

std::vector<const certificate*> key_index::all_of(std::string_view address_key, time_point now) const {
    std::vector<const certificate*> out;
    const auto [first, last] = by_address_.equal_range(std::string(address_key));
    for (auto it = first; it != last; ++it)
        if (const auto& cert = certificates_[it->second].cert; is_found_by(cert, address_key, now)) out.push_back(&cert);
    return out;
}

found_key key_index::find_entry(std::string_view entry, time_point now) const {
    const auto fingerprint = canonical_fingerprint(entry);
    if (fingerprint.empty()) return find(policy::parse_address(text::trim(entry)).key(), now);
    const auto found = by_fingerprint_.find(fingerprint);
    if (found == by_fingerprint_.end()) return {};
    const auto& stored = certificates_[found->second];
    return {.state = state_at(stored.cert, now), .stored = &stored};
}

} // namespace sealgate::keys
