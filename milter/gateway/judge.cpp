#include "milter/gateway/judge.hpp"

#include "keys/protection/addressing.hpp"
#include "keys/protection/inspect.hpp"
#include "milter/gateway/further_readers.hpp"
#include "policy/decision/author.hpp"
#include "policy/decision/multipart_report.hpp"
#include "policy/decision/release.hpp"
#include "policy/decision/thread.hpp"
#include "policy/mail/attached.hpp"
#include "policy/mail/subject.hpp"
#include "policy/tags/forwarded.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <utility>

namespace sealgate::milter {

namespace {

// Who stands in To or Cc, in the form keys are compared in.
std::set<std::string> visible_keys(const policy::message& mail) {
    std::set<std::string> keys;
    for (const auto& spelled : policy::visible_recipients(mail)) keys.insert(policy::parse_address(spelled).key());
    return keys;
}

// Who may be expected to hold a key to an encrypted mail: its sender and its recipients.
std::vector<std::string> parties(const transaction& mail) {
    std::vector<std::string> keys{mail.sender.key()};
    for (const auto& who : mail.recipients) keys.push_back(who.key());
    return keys;
}

policy::key_facts facts_of(const keys::found_key& found, policy::key_search searched) {
    return {.state = found.state,
            .fingerprint = found.stored ? found.stored->cert.fingerprint : std::string{},
            .in_doubt = found.in_doubt,
            .source = found.stored ? found.stored->source : policy::key_source::own,
            .standing = found.standing,
            .searched = searched};
}

// What is found for one recipient: as encryption.keys says, and as each row that narrows it says.
struct recipient_keys {
    keys::found_key usual;
    std::map<policy::rank, keys::found_key> by_rank;

    recipient_keys(const snapshot& live, const std::string& address_key, keys::time_point now)
        : usual(live.certificates->find(address_key, now)) {
        for (policy::rank row = 0; row < live.rules.rules.size(); ++row)
            if (const auto& only = live.rules.rules[row].keys)
                by_rank.emplace(row, live.certificates->find(address_key, now, &*only));
    }

    void tell(policy::recipient_facts& to, policy::key_search searched) const {
        to.key = facts_of(usual, searched);
        for (const auto& [row, found] : by_rank) to.key_by_rank.emplace(row, facts_of(found, searched));
    }

    keys::found_key for_row(std::optional<policy::rank> row) && {
        const auto at = row ? by_rank.find(*row) : by_rank.end();
        return at == by_rank.end() ? std::move(usual) : std::move(at->second);
    }
};

// A classification that is no more, since the policy was changed this moment, is the most sensitive one.
policy::release_facts release_of(const policy::policy& rules, const release_terms& terms) {
    if (terms.as.empty()) return {};
    return {.as = policy::rank_named(rules, terms.as).value_or(rules.classifications.size() - 1)};
}

policy::thread_facts thread_facts_of(const snapshot& live, const policy::message& mail, const std::vector<std::string>& ids,
                                     const thread_lookup& threads) {
    const auto names = threads(ids);
    return {.answers = policy::most_sensitive(live.rules, names.value_or(std::vector<std::string>{})),
            .unread = !names,
            .hides_subject = policy::answers_hidden_subject(mail)};
}

// Of a mail that is sent on with another one: it belongs to a thread itself. One that its sender encrypted is no matter of
// ours.
policy::thread_facts thread_facts_of_attached(const snapshot& live, const policy::message& attached, const auto& whole,
                                              const thread_lookup& threads) {
    auto ids = policy::thread_ids_of(attached);
    std::ranges::move(ids.answered, std::back_inserter(ids.own));
    const auto out = thread_facts_of(live, attached, ids.own, threads);
    const bool says_nothing = !out.answers && !out.unread && !out.hides_subject;
    return says_nothing || policy::came_encrypted(keys::inspect(whole()).kind) ? policy::thread_facts{} : out;
}

void add(policy::thread_facts& to, const policy::thread_facts& more) {
    to.answers = std::max(to.answers, more.answers);
    to.unread = to.unread || more.unread;
    to.hides_subject = to.hides_subject || more.hides_subject;
}

// Of a mail with all that is attached to it, as far as the policy reads that.
policy::thread_facts thread_facts_of_all(const snapshot& live, const policy::message& mail, const thread_lookup& threads) {
    auto out = thread_facts_of(live, mail, policy::thread_ids_of(mail).answered, threads);
    if (!live.rules.carriers.forwarded) return out;
    policy::visit_attached(mail, [&](const policy::message& attached, std::string_view whole) {
        add(out, thread_facts_of_attached(
                     live, attached, [&] { return policy::parse_message(whole); }, threads));
    });
    return out;
}

} // namespace

std::optional<std::vector<std::string>> no_threads(const std::vector<std::string>&) { return std::vector<std::string>{}; }

std::optional<std::string> passing_report(const snapshot& live, const transaction& mail, const thread_lookup& threads) {
    if (!mail.sender.is_null() || mail.truncated || mail.recipients.size() != 1) return std::nullopt;
    return policy::report_type(live.rules, mail.mail, [&](const policy::message& one) {
        return thread_facts_of_attached(
            live, one, [&] { return one; }, threads);
    });
}

judgement observe_and_decide(const snapshot& live, const transaction& mail, const thread_lookup& threads, keys::time_point now,
                             const std::vector<policy::key_search>& searched) {
    judgement out;
    if (mail.truncated) out.known.read = policy::legibility::too_large;
    out.known.findings = policy::find_tags(live.rules, mail.mail);
    if (live.rules.carriers.forwarded)
        std::ranges::move(policy::forwarded_tags(live.rules, mail.mail), std::back_inserter(out.known.findings.tags));
    const bool is_logged_in = !mail.auth_user.empty() || (mail.released && mail.released->login);
    const auto login = is_logged_in ? policy::login::known : policy::login::none;
    out.known.by = policy::author_of(live.rules.tiers, mail.mail, mail.sender, login);
    out.known.heard_by = policy::audience_of(live.rules.tiers, mail.mail, mail.sender, login);
    if (mail.released) out.known.release = release_of(live.rules, *mail.released);
    const auto seen = keys::inspect(mail.mail);
    out.known.brought = seen.kind;
    if (seen.kind != policy::protection::none) out.known.shows_subject = policy::subject_says_something(mail.mail);
    if (!seen.messages.empty()) out.known.foreign_keys = keys::foreign_key_ids(seen, *live.certificates, parties(mail), now);
    out.known.thread = thread_facts_of_all(live, mail.mail, threads);
    out.protection_note = seen.why;
    if (seen.too_complex && out.known.read == policy::legibility::whole) out.known.read = policy::legibility::too_complex;

    const auto visible = visible_keys(mail.mail);
    const keys::readership readers(seen);
    std::vector<recipient_keys> found;
    for (std::size_t i = 0; i < mail.recipients.size(); ++i) {
        const auto& who = mail.recipients[i];
        const auto key = who.key();
        out.known.recipients.push_back(
            {.who = who,
             .seen = visible.contains(key) ? policy::visibility::visible : policy::visibility::hidden,
             .key = {},
             .to_them = readers.addressed_to(*live.certificates, key, now)});
        found.emplace_back(live, key, now)
            .tell(out.known.recipients.back(), i < searched.size() ? searched[i] : policy::key_search::none);
    }
    out.made = policy::decide(live.rules, out.known);
    for (std::size_t i = 0; i < found.size(); ++i) out.keys.push_back(std::move(found[i]).for_row(out.made.recipients[i].row));
    if (mail.deletions_may_miss) out.made.forms = policy::without_taking_off(std::move(out.made.forms));
    if (out.made.failure == policy::reason::keys_unreadable)
        out.failure_note = "certificates that may be a recipient's cannot be read; sealgate check names their files";
    if (out.made.failure == policy::reason::lookup_failed)
        out.failure_note = "whether a recipient's key is published could not be found out in time";
    if (out.made.failure == policy::reason::threads_unreadable)
        out.failure_note = "it answers a mail, and which mails are sensitive cannot be read; sealgate check says why";
    if (out.made.what != policy::outcome::seal) return out;
    // A copy is never smaller than the mail; what they take exactly is known when they are encrypted.
    if (const auto most = live.gateway.limits.copies; out.made.forms.copies.size() * mail.size > most) {
        out.made = policy::refused_for_size(std::move(out.made), policy::reason::too_many_copies, most);
        return out;
    }
    auto further = further_readers(live, mail.sender, now);
    if (!further) {
        out.failure_note = further.error();
        out.made = policy::deferred(std::move(out.made), policy::reason::organisation_key);
        return out;
    }
    out.further_readers = *std::move(further);
    for (const auto& stored : out.further_readers) out.made.further_readers.push_back(stored->cert.fingerprint);
    return out;
}

std::vector<keys::seal_recipient> seal_recipients(const judgement& judged, const std::vector<std::size_t>& group,
                                                  keys::time_point now) {
    std::vector<keys::seal_recipient> out;
    for (const auto one : group) out.push_back(keys::recipient_for(*judged.keys[one].stored, now));
    for (const auto& stored : judged.further_readers) out.push_back(keys::recipient_for(*stored, now));
    return out;
}

} // namespace sealgate::milter
