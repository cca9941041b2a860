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

found_key key_lookup::find(std::string_view address_key, time_point now) const {
    found_key best;
    bool ahead = false;
    for (auto& stored : naming(address_key)) {
        if (!is_found_by(stored->cert, address_key, now)) continue;
        ahead = ahead || is_ahead(stored->cert, now);
        found_key candidate{.state = state_at(stored->cert, now), .stored = std::move(stored)};
        if (best.stored == nullptr || preference(candidate) > preference(best)) best = std::move(candidate);
    }
    best.in_doubt = best.state != policy::key_state::usable && (ahead || is_in_doubt(address_key));
    return best;
}

std::vector<shared_certificate> key_lookup::all_of(std::string_view address_key, time_point now) const {
    auto out = naming(address_key);
    std::erase_if(out, [&](const shared_certificate& one) { return !is_found_by(one->cert, address_key, now); });
    return out;
}

found_key key_lookup::find_entry(std::string_view entry, time_point now) const {
    const auto fingerprint = canonical_fingerprint(entry);
    if (fingerprint.empty()) return find(policy::parse_address(text::trim(entry)).key(), now);
    auto stored = of_fingerprint(fingerprint);
    if (!stored) return {};
    const auto state = state_at(stored->cert, now);
    return {.state = state, .stored = std::move(stored)};
}

key_index::key_index(std::vector<stored_certificate> certificates, key_doubts doubts)
    : certificates_(std::make_shared<const std::vector<stored_certificate>>(std::move(certificates)))
    , doubts_(std::move(doubts)) {
    for (std::size_t i = 0; i < certificates_->size(); ++i) {
        const auto& cert = (*certificates_)[i].cert;
        by_fingerprint_.emplace(cert.fingerprint, i);
        for (const auto& address : std::set(cert.addresses.begin(), cert.addresses.end())) by_address_.emplace(address, i);
    }
}

std::vector<shared_certificate> key_index::naming(std::string_view address_key) const {
    std::vector<shared_certificate> out;
    const auto [first, last] = by_address_.equal_range(std::string(address_key));
    for (auto it = first; it != last; ++it) out.push_back(at(it->second));
    return out;
}

shared_certificate key_index::of_fingerprint(std::string_view fingerprint) const {
    const auto found = by_fingerprint_.find(std::string(fingerprint));
    return found != by_fingerprint_.end() ? at(found->second) : nullptr;
}

bool key_index::is_in_doubt(std::string_view address_key) const {
    return doubts_.of_all || std::ranges::find(doubts_.addresses, address_key) != doubts_.addresses.end();
}

} // namespace sealgate::keys
