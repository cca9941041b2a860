#include "policy/decision/decide.hpp"

#include "policy/decision/thread.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace sealgate::policy {

namespace {

struct verdict {
    outcome result;
    reason why;
};

// What mail counts as that nobody here has tagged: programs cannot, and strangers do not know how.
const std::optional<rank>& without_tags(const policy& rules, author by) {
    return by == author::person ? rules.untagged : rules.untagged_automatic;
}

// The classifications a mail is tagged with, or what untagged mail counts as, least sensitive first.
std::vector<rank> classify(const policy& rules, const facts& known) {
    std::vector<rank> ranks;
    for (const auto& tag : known.findings.tags) ranks.push_back(tag.classification);
    if (const auto& untagged = without_tags(rules, known.by); ranks.empty() && untagged) ranks.push_back(*untagged);
    std::ranges::sort(ranks);
    const auto repeated = std::ranges::unique(ranks);
    ranks.erase(repeated.begin(), repeated.end());
    return ranks;
}

// A header may raise a classification, never lower it: only who writes into the Subject means to. Where the policy reads no
// tags there, its headers are what staff set.
bool is_meant(const policy& rules, const tag_findings& found) {
    return rules.carriers.subject.empty() ||
           std::ranges::find(found.tags, carrier::subject, &found_tag::where) != found.tags.end();
}

// `ranks`: what the mail counts as by itself; none where it needs a tag.
thread_effect effect_of(const policy& rules, const tag_findings& found, const std::vector<rank>& ranks) {
    if (found.tags.empty()) return ranks.empty() ? thread_effect::untagged : thread_effect::inherited;
    const bool overruled = rules.downgrade == downgrade_action::raise || !is_meant(rules, found);
    return overruled ? thread_effect::raised : thread_effect::lowered;
}

// Where the thread is more sensitive than the mail itself says.
std::optional<thread_decision> held_against_thread(const policy& rules, const tag_findings& found,
                                                   const thread_standing& thread, const std::vector<rank>& ranks) {
    if (!ranks.empty() && ranks.back() >= thread.classification) return std::nullopt;
    return thread_decision{
        .classification = thread.classification, .known_by = thread.known_by, .effect = effect_of(rules, found, ranks)};
}

// A tag above the thread's does not undo what the thread's own row says, should that be stricter.
bool takes_row_of_thread(const decision& made, const tag_findings& found) {
    return counts_as_thread(made) || (!made.thread && !found.tags.empty());
}

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

verdict judge(const policy& rules, const facts& known, action cell, const recipient_facts& recipient, const key_facts& key) {
    switch (cell) {
    case action::deliver: return {outcome::deliver, reason::allowed};
    case action::warn: return {outcome::warn, reason::tier};
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

// The rows of all the mail's tags apply, and the strictest result holds: a further tag must not make it milder, whatever the
// rows say.
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
        const auto cell = cell_for(rules.rules[*r], recipient.who, made.tier);
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

// A recipient is concerned where what the message answers would not go to them just like that. So mail among those who may
// have everything is left alone, and one more tag never ends a warning.
void raise_for_downgrade(decision& made, const policy& rules, const facts& known) {
    const auto least = rules.downgrade == downgrade_action::reject ? outcome::reject : outcome::warn;
    const std::vector<rank> thread{made.thread->classification};
    for (std::size_t i = 0; i < made.recipients.size(); ++i) {
        auto& one = made.recipients[i];
        if (one.result > least || one.result == outcome::reject) continue;
        if (decide_recipient(rules, known, thread, known.recipients[i]).result == outcome::deliver) continue;
        one.result = least;
        one.why = reason::downgrade;
    }
}

// Something about the whole message: every recipient's result becomes at least this strict.
void raise_all(decision& made, outcome least, reason why) {
    for (auto& recipient : made.recipients) {
        if (recipient.result >= least) continue;
        recipient.result = least;
        recipient.why = why;
    }
}

void raise_for_near_misses(decision& made, near_miss_action what) {
    switch (what) {
    case near_miss_action::ignore: return;
    case near_miss_action::warn: return raise_all(made, outcome::warn, reason::near_miss);
    case near_miss_action::hold: return raise_all(made, outcome::hold, reason::near_miss);
    case near_miss_action::reject: return raise_all(made, outcome::reject, reason::near_miss);
    }
}

split split_of(const decision& made, const facts& known) {
    std::vector<outcome> results;
    std::vector<visibility> seen;
    for (const auto& one : made.recipients) results.push_back(one.result);
    for (const auto& one : known.recipients) seen.push_back(one.seen);
    return split_by_form(results, seen);
}

void take_everything_back(decision& made) {
    made.archive.clear();
    made.forms = {};
    made.further_readers.clear();
}

outcome strictest(const decision& made) {
    auto what = outcome::deliver;
    for (const auto& recipient : made.recipients) what = std::max(what, recipient.result);
    return what;
}

// Refused or held for want of a key.
bool lacks_key(const recipient_decision& one) { return one.result >= outcome::hold && is_about_a_key(one.why); }

// For want of one that may be there. What our own fault hides is no reason to refuse anybody's mail, nor to send staff to ask
// for a key.
bool is_in_doubt(const recipient_decision& one) {
    const bool is_held_against_keys =
        one.result >= outcome::hold && (one.why == reason::not_addressed || one.why == reason::unverifiable);
    return one.key.in_doubt && (lacks_key(one) || is_held_against_keys);
}

bool is_lookup_failed(const recipient_decision& one) { return one.key.searched == key_search::failed && lacks_key(one); }

// Whether it would go to somebody in clear to whom something more sensitive would not go like that. What it answers may be so.
bool may_betray_thread(const policy& rules, const facts& known, const decision& made) {
    const bool says_itself = !known.findings.tags.empty() || came_encrypted(known.brought);
    if (!known.thread.unread || says_itself || made.what > outcome::seal) return false;
    for (std::size_t i = 0; i < made.recipients.size(); ++i) {
        if (made.recipients[i].result > outcome::warn) continue;
        for (auto r = made.classification.value_or(0); r < rules.rules.size(); ++r)
            if (decide_recipient(rules, known, {r}, known.recipients[i]).result > outcome::warn) return true;
    }
    return false;
}

} // namespace

bool counts_as_thread(const decision& made) {
    return made.thread && (made.thread->effect == thread_effect::inherited || made.thread->effect == thread_effect::raised);
}

bool is_lowered(const decision& made) { return made.thread && made.thread->effect == thread_effect::lowered; }

action cell_for(const rule_row& row, const address& who, tier_id tier) {
    return who.may_be_rerouted() ? std::ranges::max(row.cells) : row.cells[tier];
}

decision decide(const policy& rules, const facts& known) {
    auto ranks = classify(rules, known);
    decision made;
    if (const auto thread = thread_of(rules, known)) {
        made.thread = held_against_thread(rules, known.findings, *thread, ranks);
        if (takes_row_of_thread(made, known.findings)) ranks.push_back(thread->classification);
        std::ranges::sort(ranks);
    }
    if (!ranks.empty()) made.classification = ranks.back();
    for (const auto& recipient : known.recipients) made.recipients.push_back(decide_recipient(rules, known, ranks, recipient));

    if (is_lowered(made) && rules.downgrade != downgrade_action::ignore) raise_for_downgrade(made, rules, known);
    if (known.read == legibility::too_large) raise_all(made, outcome::reject, reason::too_large);
    // A stranger means none of our tags.
    if (!known.findings.near_misses.empty() && known.by != author::stranger) raise_for_near_misses(made, rules.near_miss);

    made.what = strictest(made);
    if (std::ranges::any_of(made.recipients, is_in_doubt)) return deferred(std::move(made), reason::keys_unreadable);
    if (std::ranges::any_of(made.recipients, is_lookup_failed)) return deferred(std::move(made), reason::lookup_failed);
    if (may_betray_thread(rules, known, made)) return deferred(std::move(made), reason::threads_unreadable);
    if (made.what == outcome::seal) made.forms = split_of(made, known);
    if (made.what <= outcome::hold && made.classification) made.archive = rules.rules[*made.classification].archive;
    return made;
}

const std::vector<key_source>& sources_for(const policy& rules, const recipient_decision& one) {
    const auto* narrowed = one.row && rules.rules[*one.row].keys ? &*rules.rules[*one.row].keys : nullptr;
    return narrowed ? *narrowed : rules.encryption.keys;
}

std::vector<std::size_t> recipients_to_look_up(const decision& made) {
    if (made.what == outcome::defer) return {};
    std::vector<std::size_t> out;
    for (std::size_t i = 0; i < made.recipients.size(); ++i) {
        const auto& one = made.recipients[i];
        const bool is_told = (one.why == reason::key_disabled && one.key.standing != key_standing::found) ||
                             one.key.standing == key_standing::bound;
        if (lacks_key(one) && !is_told)
            out.push_back(i);
        else if (one.result >= outcome::hold)
            return {};
    }
    return out;
}

decision deferred(decision made, reason why) {
    made.what = outcome::defer;
    take_everything_back(made);
    made.failure = why;
    return made;
}

decision refused_for_size(decision made, reason why, std::uint64_t most_octets) {
    std::vector<std::size_t> concerned;
    if (why == reason::too_many_copies)
        for (const auto& copy : made.forms.copies) std::ranges::copy(copy.recipients, std::back_inserter(concerned));
    else
        for (std::size_t i = 0; i < made.recipients.size(); ++i)
            if (made.recipients[i].result == outcome::seal) concerned.push_back(i);
    for (const auto i : concerned) {
        made.recipients[i].result = outcome::reject;
        made.recipients[i].why = why;
    }
    made.what = outcome::reject;
    take_everything_back(made);
    made.most_octets = most_octets;
    return made;
}

} // namespace sealgate::policy
