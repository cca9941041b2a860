#include "policy/decision/decide.hpp"

#include "policy/decision/recipient.hpp"
#include "policy/decision/release.hpp"
#include "policy/decision/thread.hpp"

#include <algorithm>
#include <iterator>
#include <numeric>
#include <utility>

namespace sealgate::policy {

namespace {

// What mail counts as that nobody here has tagged: programs cannot, and strangers do not know how.
const std::optional<rank>& without_tags(const policy& rules, author by) {
    return by == author::person ? rules.untagged : rules.untagged_automatic;
}

// The classifications a mail is tagged with, or what untagged mail counts as, least sensitive first.
std::vector<rank> classify(const policy& rules, const facts& known) {
    std::vector<rank> ranks;
    for (const auto& tag : known.findings.tags) ranks.push_back(tag.classification);
    std::ranges::copy(answered_near_misses(rules, known), std::back_inserter(ranks));
    if (const auto& untagged = without_tags(rules, known.by); ranks.empty() && untagged) ranks.push_back(*untagged);
    if (known.release && known.release->as) ranks.push_back(*known.release->as);
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

// What it might say; all of them where nobody can tell.
std::vector<rank> ranks_meant(const policy& rules, const near_miss& miss) {
    if (miss.meant) return {*miss.meant};
    std::vector<rank> all(rules.rules.size());
    std::iota(all.begin(), all.end(), rank{0});
    return all;
}

// Who tags a mail in its Subject has said what it is; a word somewhere beside that is a word.
bool is_answered(const near_miss& miss, const tag_findings& found) {
    return miss.stray && std::ranges::find(found.tags, carrier::subject, &found_tag::where) != found.tags.end();
}

// Which near misses matter, and to whom: those for whom the tag that was meant would make something stricter.
struct doubted_tags {
    std::vector<std::size_t> misses;
    std::vector<bool> recipients; // one each
};

doubted_tags doubts_of(const policy& rules, const facts& known, const std::vector<rank>& ranks, const decision& made) {
    doubted_tags out{.misses = {}, .recipients = std::vector<bool>(made.recipients.size())};
    for (std::size_t m = 0; m < known.findings.near_misses.size(); ++m) {
        const auto& miss = known.findings.near_misses[m];
        if (is_answered(miss, known.findings)) continue;
        bool matters = false;
        for (const auto r : ranks_meant(rules, miss)) {
            auto with = ranks;
            with.insert(std::ranges::upper_bound(with, r), r);
            for (std::size_t i = 0; i < made.recipients.size(); ++i) {
                if (decide_recipient(rules, known, with, known.recipients[i]).result <= made.recipients[i].result) continue;
                out.recipients[i] = true;
                matters = true;
            }
        }
        if (matters) out.misses.push_back(m);
    }
    return out;
}

void raise_for_near_misses(decision& made, const std::vector<bool>& concerned, near_miss_action what) {
    const auto raise = [&](outcome least) {
        for (std::size_t i = 0; i < made.recipients.size(); ++i)
            if (concerned[i] && made.recipients[i].result < least) {
                made.recipients[i].result = least;
                made.recipients[i].why = reason::near_miss;
            }
    };
    switch (what) {
    case near_miss_action::ignore: return;
    case near_miss_action::warn: return raise(outcome::warn);
    case near_miss_action::hold: return raise(outcome::hold);
    case near_miss_action::reject: return raise(outcome::reject);
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
    const bool is_released = are_near_misses_answered(rules, known);
    if (known.by != author::stranger && !is_released) { // who means none of our tags
        auto doubted = doubts_of(rules, known, ranks, made);
        made.near_misses = std::move(doubted.misses);
        raise_for_near_misses(made, doubted.recipients, rules.near_miss);
    }

    made.what = strictest(made);
    if (std::ranges::any_of(made.recipients, is_in_doubt)) return deferred(std::move(made), reason::keys_unreadable);
    if (std::ranges::any_of(made.recipients, is_lookup_failed)) return deferred(std::move(made), reason::lookup_failed);
    if (may_betray_thread(rules, known, made)) return deferred(std::move(made), reason::threads_unreadable);
    if (made.what == outcome::seal) made.forms = split_of(made, known);
    if (made.what <= outcome::hold && made.classification) made.archive = rules.rules[*made.classification].archive;
    return made;
}

tag_findings findings_that_matter(const facts& known, const decision& made) {
    tag_findings out{.tags = known.findings.tags, .near_misses = {}};
    for (const auto place : made.near_misses) out.near_misses.push_back(known.findings.near_misses[place]);
    return out;
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
