#include "policy/decision/recipient.hpp"

#include "policy/decision/release.hpp"

#include <algorithm>
#include <utility>

namespace sealgate::policy {

namespace {

struct verdict {
    outcome result;
    reason why;
};

reason reason_of(key_state state) {
    switch (state) {
    case key_state::usable: return reason::sealed;
    case key_state::expired: return reason::key_expired;
    case key_state::revoked: return reason::key_revoked;
    case key_state::disabled: return reason::key_disabled;
    case key_state::not_for_encryption: return reason::key_not_for_encryption;
    case key_state::weak: return reason::key_weak;
    case key_state::missing: return reason::no_key;
    }
    std::unreachable();
}

// Mail that must be encrypted, and is not: by the gateway, if there is a key.
verdict seal_for(const encryption& how, const key_facts& key) {
    if (key.state == key_state::usable) return {outcome::seal, reason::sealed};
    const auto result = how.no_key == no_key_action::hold ? outcome::hold : outcome::reject;
    return {result, reason_of(key.state)};
}

// Mail that comes encrypted, when nobody can tell whether this recipient can read it.
verdict pass_in_doubt(const encryption& how, reason why) {
    switch (how.unverifiable) {
    case unverifiable_action::deliver: return {outcome::deliver, why};
    case unverifiable_action::warn: return {outcome::warn, why};
    case unverifiable_action::reject: return {outcome::reject, why};
    }
    std::unreachable();
}

verdict held_against_keys(const encryption& how, addressed to_them) {
    switch (to_them) {
    case addressed::yes: return {outcome::deliver, reason::already_encrypted};
    case addressed::unverifiable: return pass_in_doubt(how, reason::unverifiable);
    case addressed::passphrase: return pass_in_doubt(how, reason::passphrase_only);
    case addressed::no: return {outcome::reject, reason::not_addressed};
    }
    std::unreachable();
}

// Mail that comes encrypted: to this recipient, and with nothing to say about it?
verdict pass_protected(const encryption& how, const facts& known, const recipient_facts& recipient) {
    const auto judged = held_against_keys(how, recipient.to_them);
    const bool warned = known.shows_subject && how.clear_subject == clear_subject_action::warn;
    if (judged.result == outcome::deliver && warned) return {outcome::warn, reason::subject_in_clear};
    return judged;
}

// Partly or only seemingly encrypted: whatever can be read in it is sealed with the rest of it.
verdict seal_over(const encryption& how, action cell, const key_facts& key, reason why_not) {
    if (cell == action::require || how.partial == partial_action::reject) return {outcome::reject, why_not};
    return seal_for(how, key);
}

// The cells `encrypt` and `require`, held against what the message brings. What is beyond reading is never sealed over: it may
// be encrypted as a whole, and to others only.
verdict protect(const policy& rules, const facts& known, action cell, const recipient_facts& recipient, const key_facts& key) {
    if (known.read == legibility::too_complex) return {outcome::reject, reason::unreadable};
    switch (known.brought) {
    case protection::pgp_mime:
    case protection::pgp_inline: return pass_protected(rules.encryption, known, recipient);
    case protection::smime:
        if (!rules.encryption.accept_smime) return {outcome::reject, reason::smime_not_accepted};
        return pass_protected(rules.encryption, known, recipient);
    case protection::pgp_fake: return seal_over(rules.encryption, cell, key, reason::pgp_fake);
    case protection::pgp_partial: return seal_over(rules.encryption, cell, key, reason::pgp_partial);
    case protection::none:
    case protection::pgp_signed:
        if (cell == action::require) return {outcome::reject, reason::not_encrypted};
        return seal_for(rules.encryption, key);
    }
    std::unreachable();
}

// The mail service cannot read it then.
bool is_encrypted_to_them(const policy& rules, const facts& known, const recipient_facts& recipient) {
    if (known.read != legibility::whole || recipient.to_them != addressed::yes) return false;
    const bool by_smime = known.brought == protection::smime && rules.encryption.accept_smime;
    return by_smime || known.brought == protection::pgp_mime || known.brought == protection::pgp_inline;
}

verdict judge(const policy& rules, const facts& known, action cell, const recipient_facts& recipient, const key_facts& key) {
    switch (cell) {
    case action::deliver: return {outcome::deliver, reason::allowed};
    case action::warn:
        return is_encrypted_to_them(rules, known, recipient) ? pass_protected(rules.encryption, known, recipient)
                                                             : verdict{outcome::warn, reason::tier};
    case action::hold: return {outcome::hold, reason::tier};
    case action::reject: return {outcome::reject, reason::tier};
    case action::encrypt:
    case action::require: return protect(rules, known, cell, recipient, key);
    }
    std::unreachable();
}

const key_facts& key_for(const recipient_facts& recipient, rank row) {
    const auto at = recipient.key_by_rank.find(row);
    return at == recipient.key_by_rank.end() ? recipient.key : at->second;
}

bool is_allowed_by(const policy& rules, rank row, const key_facts& key) {
    const auto& sources = rules.rules[row].keys;
    return !sources || std::ranges::find(*sources, key.source) != sources->end() || key.standing == key_standing::bound;
}

// Each of several rows may narrow whose keys count: it is sealed to one that all of them allow.
recipient_decision with_a_key_for_all(const policy& rules, recipient_decision made, const std::vector<rank>& ranks,
                                      const recipient_facts& recipient) {
    const auto is_allowed = [&](const key_facts& key) {
        return std::ranges::all_of(ranks, [&](rank row) { return is_allowed_by(rules, row, key); });
    };
    if (made.result != outcome::seal || is_allowed(made.key)) return made;
    for (const auto row : ranks) {
        const auto& other = key_for(recipient, row);
        if (other.state != key_state::usable || !is_allowed(other)) continue;
        made.key = other;
        made.row = row;
        return made;
    }
    made.key = {};
    const auto [result, why] = seal_for(rules.encryption, made.key);
    made.result = result;
    made.why = why;
    return made;
}

} // namespace

recipient_decision decide_recipient(const policy& rules, const facts& known, const std::vector<rank>& ranks,
                                    const recipient_facts& recipient) {
    recipient_decision made{.who = recipient.who,
                            .tier = rules.tiers.tier_of(recipient.who),
                            .cell = action::reject,
                            .key = recipient.key,
                            .result = outcome::reject,
                            .why = reason::untagged};
    bool first = true;
    for (auto r = ranks.rbegin(); r != ranks.rend(); ++r) {
        auto cell = cell_for(rules.rules[*r], recipient.who, made.tier);
        if (known.release && cell == action::hold) cell = released_cell(rules, rules.rules[*r], recipient.who, made.tier);
        const auto& key = key_for(recipient, *r);
        const auto [result, why] = judge(rules, known, cell, recipient, key);
        if (!std::exchange(first, false) && result <= made.result) continue;
        made.cell = cell;
        made.key = key;
        made.row = *r;
        made.result = result;
        made.why = why;
    }
    return with_a_key_for_all(rules, std::move(made), ranks, recipient);
}

action cell_for(const rule_row& row, const address& who, tier_id tier) {
    return who.may_be_rerouted() ? std::ranges::max(row.cells) : row.cells[tier];
}

} // namespace sealgate::policy
