#include "milter/notices/notifier.hpp"

#include "milter/base/as_result.hpp"
#include "milter/base/decision_id.hpp"
#include "milter/base/exception_text.hpp"
#include "milter/base/keep_running.hpp"
#include "milter/base/offload.hpp"
#include "milter/journal/log.hpp"
#include "milter/outbox/identity.hpp"
#include "policy/base/text.hpp"
#include "policy/crypto/digest.hpp"
#include "policy/decision/refusal.hpp"
#include "policy/mail/address.hpp"
#include "policy/mail/date.hpp"
#include "policy/notices/message.hpp"
#include "policy/notices/told_lately.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <utility>

namespace sealgate::milter {

namespace {

namespace asio = boost::asio;
using policy::notice_kind;
using policy::notice_state;

constexpr std::size_t most_named = 50;
constexpr std::chrono::seconds after_a_failure{30}, longest_wait{60};

std::string key_of(const std::vector<std::string>& parts) { return sha256_hex(text::join(parts, "\n")); }

// When a sender got a notice last. A mail that waits is told of at once, even if a warning left just before.
std::string window_key(const std::string& who, notice_kind kind) { return key_of({"window", std::string(name_of(kind)), who}); }

std::string rule_key(const std::string& who, const policy::told_mail& mail, const policy::told_recipient& one) {
    const auto said = mail.kind == notice_kind::refused ? "refused" : "warned";
    return key_of({said, who, one.domain, mail.classification, std::string(name_of(one.why))});
}

// Of a mail that waits, its sender hears each time; the key makes that once where it comes again to the same people.
std::string held_key(const transaction& mail) {
    std::vector<std::string> parts{"held", sameness(mail)};
    for (const auto& one : mail.recipients) parts.push_back(one.key());
    std::ranges::sort(parts);
    return key_of(parts);
}

// The same where the same mail comes again and has the same to tell; a client may send one in several transactions.
std::string notice_identity(const std::string& who, const transaction& mail, const std::vector<std::string>& keys) {
    return key_of({"notice", who, sameness(mail), text::join(keys, "\n")});
}

} // namespace

notifier::notifier(asio::io_context& io, const std::string& directory, outbox& copies,
                   std::function<std::shared_ptr<const snapshot>()> live, clock now)
    : io_(io)
    , outbox_(copies)
    , live_(std::move(live))
    , now_(std::move(now))
    , ledger_(directory)
    , timer_(io) {}

bool notifier::knows(const std::string& key, std::chrono::seconds within, wall_time now) const {
    const auto at = ledger_.told_at(key);
    return at && policy::is_told_lately(*at, within, now);
}

bool notifier::leave_news(planned_notice& planned, const transaction& mail, const policy::notices& how, wall_time now) const {
    planned.keys.clear();
    if (planned.mail.kind == notice_kind::held) {
        planned.keys.push_back(held_key(mail));
        return !knows(planned.keys.front(), how.once_per, now);
    }
    const auto who = mail.sender.key();
    std::erase_if(planned.mail.recipients, [&](const policy::told_recipient& one) {
        auto key = rule_key(who, planned.mail, one);
        if (knows(key, how.once_per, now)) return true;
        planned.keys.push_back(std::move(key));
        return false;
    });
    std::ranges::sort(planned.keys);
    const auto repeated = std::ranges::unique(planned.keys);
    planned.keys.erase(repeated.begin(), repeated.end());
    return !planned.keys.empty();
}

asio::awaitable<planned_notice> notifier::plan(std::shared_ptr<const snapshot> live, const transaction& mail,
                                               const policy::facts& known, const policy::decision& made, const std::string& id,
                                               wall_time time, key_guard& mine) {
    planned_notice out;
    const auto& rules = live->rules;
    const auto kind = policy::notice_due({.rules = rules,
                                          .known = known,
                                          .made = made,
                                          .mail = mail.mail,
                                          .sender = mail.sender,
                                          .user = mail.auth_user,
                                          .mode = live->gateway.mode});
    if (!kind || !policy::is_envelope_address(mail.sender.spelled)) co_return out;
    out.mail = policy::told_of(rules, known, made, *kind);
    out.state = notice_state::already_warned;
    if (!leave_news(out, mail, rules.notices, time)) co_return out;
    const auto who = mail.sender.key();
    mine = co_await senders_.take(who);
    if (!leave_news(out, mail, rules.notices, time)) { // whoever had the turn before told it
        mine.end();
        co_return out;
    }
    out.identity = notice_identity(who, mail, out.keys);
    const auto told = ledger_.told_at(window_key(who, *kind));
    const bool collects = told && policy::is_told_lately(*told, rules.notices.digest, time) && ledger_.has_room_for(who);
    out.state = collects ? notice_state::digest : policy::state_of(*kind);
    if (collects)
        out.digest_due = *told + rules.notices.digest;
    else
        out.keys.push_back(window_key(who, *kind));
    out.mail.id = id;
    out.mail.time = time;
    out.mail.zone = policy::zone_of(mail.mail);
    out.mail.message_id = text::printable(policy::message_id(mail.mail).value_or(""), 300);
    if (out.mail.recipients.size() > most_named) {
        out.mail.unnamed = out.mail.recipients.size() - most_named;
        out.mail.recipients.resize(most_named);
    }
    out.language = policy::language_for(rules.notices, mail.mail);
    if (*kind == notice_kind::refused)
        out.mail.said =
            policy::refusal_in_sentences(rules, known, made, policy::texts_in(rules.notices.languages, out.language));
    co_return out;
}

std::optional<owed_copy> notifier::notice_of(const snapshot& live, const transaction& mail,
                                             const planned_notice& planned) const {
    if (!planned.is_owed() || planned.state == notice_state::digest) return std::nullopt;
    const auto boundary = new_boundary();
    return owed_copy{.decision = planned.mail.id,
                     .sender = {},
                     .recipients = {{.address = mail.sender.spelled, .identity = planned.identity}},
                     .message = {policy::notice_message({.rules = live.rules,
                                                         .to = mail.sender,
                                                         .mails = {planned.mail},
                                                         .language = planned.language,
                                                         .now = now_(),
                                                         .boundary = boundary})}};
}

void notifier::collect(const snapshot& live, const transaction& mail, const planned_notice& planned) {
    if (planned.state != notice_state::digest) return;
    ledger_.collect(
        mail.sender.key(),
        {.sender = mail.sender.spelled, .language = planned.language, .due = planned.digest_due, .mail = planned.mail},
        planned.keys, planned.mail.time, kept_for(live.rules.notices));
    wake();
}

void notifier::remember(const snapshot& live, const planned_notice& planned) {
    if (!planned.is_owed() || planned.state == notice_state::digest) return;
    try {
        ledger_.remember(planned.keys, planned.mail.time, kept_for(live.rules.notices));
    } catch (const std::exception& problem) {
        // The notice itself is safe.
        log_warning(planned.mail.id + " its notice is kept, but not that it was: " + text_of(problem) +
                    "; after a crash it may come again");
    }
}

std::string notifier::send_digest(const snapshot& live, const std::string& who) {
    auto digest = ledger_.pending(who);
    if (!digest) return {};
    std::vector<std::string> ids{"digest", who};
    for (const auto& mail : digest->mails) ids.push_back(mail.id);
    try {
        const auto boundary = new_boundary();
        const auto first = digest->mails.front().id;
        outbox_.add({{.decision = first,
                      .sender = {},
                      .recipients = {{.address = digest->sender, .identity = key_of(ids)}},
                      .message = {policy::notice_message({.rules = live.rules,
                                                          .to = policy::parse_address(digest->sender),
                                                          .mails = std::move(digest->mails),
                                                          .unlisted = digest->unlisted,
                                                          .language = digest->language,
                                                          .now = now_(),
                                                          .boundary = boundary})}}});
    } catch (const std::exception& problem) {
        return text_of(problem);
    }
    try {
        ledger_.sent(
            who,
            {window_key(who, notice_kind::warning), window_key(who, notice_kind::held), window_key(who, notice_kind::refused)},
            now_(), kept_for(live.rules.notices));
    } catch (const std::exception& problem) {
        log_warning("a digest to " + who + " is kept, but not that it was: " + text_of(problem) +
                    "; after a crash it is looked for in the outbox");
    }
    return {};
}

void notifier::send_overdue() {
    const auto live = live_();
    for (const auto& who : ledger_.due(now_(), live->rules.notices.digest))
        if (const auto problem = send_digest(*live, who); !problem.empty())
            log_warning("cannot keep the digest to " + who + ": " + problem + "; that is tried again");
}

void notifier::start(asio::thread_pool& pool) {
    keep_running(io_.get_executor(), "sending digests", [this, &pool] { return run(pool); });
}

asio::awaitable<void> notifier::run(asio::thread_pool& pool) {
    for (;;) {
        auto until = std::chrono::steady_clock::now() + longest_wait; // the wall clock may be set meanwhile
        if (const auto next = ledger_.next_due())
            until = std::min(until, std::chrono::steady_clock::now() + std::max(*next - now_(), wall_time::duration{}));
        timer_.expires_at(until);
        co_await timer_.async_wait(as_result);
        bool failed = false;
        for (const auto& who : ledger_.due(now_(), live_()->rules.notices.digest)) {
            const auto mine = co_await senders_.take(who);
            auto work = [this, live = live_(), who] { return send_digest(*live, who); };
            const auto problem = co_await offload(pool, std::move(work));
            if (problem.empty()) continue;
            log_warning("cannot keep the digest to " + who + ": " + problem + "; that is tried again");
            failed = true;
        }
        if (!failed) continue;
        timer_.expires_after(after_a_failure);
        co_await timer_.async_wait(as_result);
    }
}

void notifier::wake() {
    asio::post(io_, [this] { timer_.cancel(); });
}

} // namespace sealgate::milter
