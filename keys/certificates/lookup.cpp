#include "keys/certificates/lookup.hpp"

#include "policy/base/text.hpp"
#include "policy/mail/address.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace sealgate::keys {

using policy::key_source;
using policy::key_standing;

namespace {

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

std::vector<key_source> key_lookup::in_use() const {
    std::vector<key_source> all;
    for (const auto& [source, name] : names(key_source{})) all.push_back(source);
    return all;
}

key_lookup::gathered key_lookup::gather(std::string_view address_key, time_point now) const {
    const auto bound_to_it = bound_to(address_key);
    gathered out{.address = std::string(address_key), .known = {.bound = bound_to_it.value_or("")}, .all = {}};
    auto [named, in_doubt, uncertain] = naming(address_key);
    std::erase_if(named, [&](const shared_certificate& one) { return !is_found_by(one->cert, address_key, now); });
    out.all = std::move(named);
    out.in_doubt = in_doubt;
    out.uncertain = uncertain || !bound_to_it;
    if (const auto& bound = out.known.bound; !bound.empty()) {
        auto some = of_fingerprint(bound);
        out.in_doubt = out.in_doubt || some.in_doubt;
        out.uncertain = out.uncertain || some.uncertain;
        const auto is_bound = [&](const shared_certificate& one) { return one->cert.fingerprint == bound; };
        if (std::ranges::none_of(out.all, is_bound)) std::ranges::move(some.all, std::back_inserter(out.all));
    }
    return out;
}

key_lookup::gathered key_lookup::gather_with_base(std::string_view address_key, time_point now) const {
    auto out = gather(address_key, now);
    const auto base = out.all.empty() && out.known.bound.empty() ? base_of(address_key) : std::string{};
    return base.empty() ? out : gather(base, now);
}

// Only what was found is pinned.
void key_lookup::learn_pin(gathered& of) const {
    if (std::ranges::all_of(of.all, [](const auto& one) { return one->source == key_source::own; })) return;
    const auto pinned = pinned_for(of.address);
    of.known.pinned = pinned.value_or("");
    of.known.is_pin_unknown = !pinned;
}

key_lookup::weighing key_lookup::weigh_all(gathered from, time_point now, const std::vector<key_source>* only) const {
    learn_pin(from);
    weighing out{.from = std::move(from), .all = {}, .by_standing = {}};
    for (const auto& one : out.from.all)
        out.all.push_back({.source = one->source,
                           .state = state_at(one->cert, now),
                           .disabled = one->cert.disabled,
                           .is_ahead = is_ahead(one->cert, now),
                           .created = one->cert.created,
                           .fingerprint = one->cert.fingerprint});
    out.by_standing = weigh(out.all, out.from.known, in_use(), only);
    return out;
}

found_key key_lookup::find(std::string_view address_key, time_point now, const std::vector<key_source>* only) const {
    auto out = find_exactly(address_key, now, only);
    const auto base = out.stored || out.standing == key_standing::bound ? std::string{} : base_of(address_key);
    if (base.empty()) return out;
    auto other = find_exactly(base, now, only);
    other.in_doubt = other.state != policy::key_state::usable && (other.in_doubt || out.in_doubt);
    return other;
}

found_key key_lookup::find_exactly(std::string_view address_key, time_point now, const std::vector<key_source>* only) const {
    auto gathered = gather(address_key, now);
    if (gathered.uncertain) return {.in_doubt = true};
    auto [from, all, by_standing] = weigh_all(std::move(gathered), now, only);
    found_key out{.in_doubt = from.in_doubt || by_standing.in_doubt, .address = std::move(from.address)};
    for (std::size_t i = 0; i < all.size(); ++i)
        if (by_standing.standings[i] != key_standing::proposed && all[i].is_ahead) out.in_doubt = true;
    if (const auto chosen = by_standing.chosen) {
        out.state = all[*chosen].state;
        out.standing = by_standing.standings[*chosen];
        out.stored = std::move(from.all[*chosen]);
    } else if (!from.known.bound.empty()) {
        out.standing = key_standing::bound;
    }
    out.in_doubt = out.in_doubt && out.state != policy::key_state::usable;
    return out;
}

std::vector<judged_certificate> key_lookup::judged(std::string_view address_key, time_point now) const {
    const auto [from, all, by_standing] = weigh_all(gather_with_base(address_key, now), now);
    std::vector<judged_certificate> out;
    for (std::size_t i = 0; i < all.size(); ++i) {
        judged_certificate one{.stored = from.all[i], .state = all[i].state, .standing = by_standing.standings[i]};
        const auto same = std::ranges::find_if(
            out, [&](const auto& other) { return other.stored->cert.fingerprint == one.stored->cert.fingerprint; });
        if (same == out.end())
            out.push_back(std::move(one));
        else if (one.standing < same->standing)
            *same = std::move(one);
    }
    return out;
}

key_lookup::outlook key_lookup::outlook_with(std::string_view address_key, const stored_certificate& fresh,
                                             time_point now) const {
    auto gathered = gather(address_key, now);
    const auto is_same = [&](const shared_certificate& one) { return one->cert.fingerprint == fresh.cert.fingerprint; };
    auto at = std::ranges::find_if(gathered.all, is_same);
    if (at == gathered.all.end())
        at = gathered.all.insert(gathered.all.end(), std::make_shared<const stored_certificate>(fresh));
    else if ((*at)->source == fresh.source)
        *at = std::make_shared<const stored_certificate>(fresh);
    const auto place = static_cast<std::size_t>(at - gathered.all.begin());
    const auto [from, all, by_standing] = weigh_all(std::move(gathered), now);
    return {.standing = by_standing.standings[place],
            .is_chosen = by_standing.chosen == place && all[place].state == policy::key_state::usable};
}

std::vector<shared_certificate> key_lookup::all_of(std::string_view address_key, time_point now) const {
    return gather_with_base(address_key, now).all;
}

found_key key_lookup::find_entry(std::string_view entry, time_point now) const {
    const auto fingerprint = canonical_fingerprint(entry);
    if (fingerprint.empty()) return find(policy::parse_address(text::trim(entry)).key(), now);
    auto [found, in_doubt, uncertain] = of_fingerprint(fingerprint);
    if (uncertain || found.empty()) return {.in_doubt = uncertain || in_doubt};
    const auto state = state_at(found.front()->cert, now);
    const auto standing = found.front()->source == key_source::own ? key_standing::own : key_standing::proposed;
    return {.state = state, .stored = std::move(found.front()), .standing = standing};
}

} // namespace sealgate::keys
