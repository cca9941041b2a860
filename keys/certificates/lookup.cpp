#include "keys/certificates/lookup.hpp"

#include "policy/base/text.hpp"
#include "policy/mail/address.hpp"

#include <algorithm>
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

// What vouches more for it comes before what is newer. The fingerprint at the end keeps the answer from depending on the order
// of the directory.
auto preference(const found_key& key) {
    return std::tuple(hope(key.state), -std::to_underlying(key.stored->source), key.stored->cert.created,
                      std::string_view(key.stored->cert.fingerprint));
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
    auto [named, in_doubt, uncertain] = naming(address_key);
    if (uncertain) return {.in_doubt = true};
    for (auto& stored : named) {
        if (!is_used(stored->source) || !is_found_by(stored->cert, address_key, now)) continue;
        in_doubt = in_doubt || is_ahead(stored->cert, now);
        found_key candidate{.state = state_at(stored->cert, now), .stored = std::move(stored)};
        if (best.stored == nullptr || preference(candidate) > preference(best)) best = std::move(candidate);
    }
    best.in_doubt = best.state != policy::key_state::usable && in_doubt;
    return best;
}

std::vector<shared_certificate> key_lookup::all_of(std::string_view address_key, time_point now) const {
    auto out = naming(address_key).all;
    std::erase_if(out, [&](const shared_certificate& one) { return !is_found_by(one->cert, address_key, now); });
    return out;
}

found_key key_lookup::find_entry(std::string_view entry, time_point now) const {
    const auto fingerprint = canonical_fingerprint(entry);
    if (fingerprint.empty()) return find(policy::parse_address(text::trim(entry)).key(), now);
    auto [found, in_doubt, uncertain] = of_fingerprint(fingerprint);
    if (uncertain || found.empty()) return {.in_doubt = uncertain || in_doubt};
    const auto state = state_at(found.front()->cert, now);
    return {.state = state, .stored = std::move(found.front())};
}

} // namespace sealgate::keys
