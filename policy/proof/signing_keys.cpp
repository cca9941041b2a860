#include "policy/proof/signing_keys.hpp"

#include "policy/audit/event.hpp"
#include "policy/base/text.hpp"

#include <algorithm>

namespace sealgate::policy {

namespace {

std::string listed(std::span<const ed25519_public_key> keys) {
    std::vector<std::string> out;
    for (const auto& one : keys) out.push_back(to_text(one));
    return text::join(out, " and ");
}

std::string contradiction(const std::vector<std::string>& who, const ed25519_public_key& named, const trusted_keys& trusted) {
    const auto claim = text::join(who, " and ") + (who.size() == 1 ? " names" : " name") + " the signing key " + to_text(named);
    if (!trusted.who.empty())
        return claim + ", and " + trusted.who + " names " + listed(trusted.keys) +
               ": one was replaced, and no signature is believed until it is known which; verify with the key that was noted "
               "elsewhere, --key KEY";
    return claim + ", and " + (trusted.keys.size() == 1 ? "the key given is " : "the keys given are ") + listed(trusted.keys) +
           ": the signing key was replaced, or somebody else made this; ask the gateway's administrators, and if it was "
           "replaced, "
           "give both, --key OLD --key NEW";
}

} // namespace

void signing_keys::follow(std::uint64_t record, std::string_view line) {
    const auto key = signing_key_named_in(line);
    if (key && (named_.empty() || named_.back().key != *key)) named_.push_back({.record = record, .key = *key});
}

std::optional<key_in_record> signing_keys::in_force_at(std::uint64_t record) const {
    const auto later = std::ranges::upper_bound(named_, record, {}, &key_in_record::record);
    return later == named_.begin() ? std::nullopt : std::optional(*(later - 1));
}

// The gateway signs with a new key only once a record names it, or just before: a disk that was full may have held that up.
std::optional<key_in_record> signing_keys::replaced_before(std::uint64_t record, const ed25519_public_key& key) const {
    const auto now = in_force_at(record);
    if (!now || now->key == key) return std::nullopt;
    const auto comes_later = [&](const key_in_record& one) { return one.record > record && one.key == key; };
    return std::ranges::any_of(named_, comes_later) ? std::nullopt : now;
}

bool signing_keys::names(const ed25519_public_key& key) const {
    return std::ranges::find(named_, key, &key_in_record::key) != named_.end();
}

std::vector<std::string> contradictions(std::span<const key_witness> witnesses, const trusted_keys& trusted) {
    std::vector<ed25519_public_key> others;
    for (const auto& one : witnesses)
        if (std::ranges::find(trusted.keys, one.key) == trusted.keys.end() &&
            std::ranges::find(others, one.key) == others.end())
            others.push_back(one.key);
    std::vector<std::string> out;
    for (const auto& key : others) {
        std::vector<std::string> who;
        for (const auto& one : witnesses)
            if (one.key == key) who.push_back(one.who);
        out.push_back(contradiction(who, key, trusted));
    }
    return out;
}

} // namespace sealgate::policy
