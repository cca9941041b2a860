#include "milter/gateway/gateway.hpp"

#include "milter/base/decision_id.hpp"
#include "milter/base/exception_text.hpp"
#include "milter/base/offload.hpp"
#include "milter/gateway/attempt.hpp"
#include "milter/gateway/edits_and_copies.hpp"
#include "milter/gateway/given_id.hpp"
#include "milter/gateway/leaving_size.hpp"
#include "milter/gateway/pinning.hpp"
#include "milter/gateway/releasing.hpp"
#include "milter/gateway/remembering.hpp"
#include "milter/gateway/too_much.hpp"
#include "milter/journal/log.hpp"
#include "milter/writers/completion.hpp"
#include "policy/audit/event.hpp"
#include "policy/audit/key_event.hpp"
#include "policy/audit/record.hpp"
#include "policy/decision/refusal.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>

#include <algorithm>
#include <utility>

namespace sealgate::milter {

namespace {

namespace asio = boost::asio;
using asio::awaitable;
using policy::reason;

// A mail that no mail server has taken comes again: its copies and its notice would be there twice.
constexpr std::string_view nobody_waits = "Postfix did not wait for the answer";

// Judging more than this takes long enough for other connections to notice.
constexpr std::size_t large_message = 256 * 1024;
constexpr std::size_t few_recipients = 50;

const std::string& shown(const connected_client& client) { return client.address.empty() ? client.name : client.address; }

answer as_answer(const std::optional<policy::smtp_reply>& reply, edit_list edits) {
    if (!reply) return {.final = verdict::accept, .edits = std::move(edits), .reply = {}};
    return {.final = reply->code >= 500 ? verdict::reject : verdict::tempfail, .edits = {}, .reply = *reply};
}

reason reason_of(const unwritten& problem) { return problem.no_room ? reason::no_room : reason::internal_error; }

} // namespace

awaitable<answer> gateway::handle(transaction mail, agreement agreed, is_awaited awaited) {
    const auto live = live_;
    if (!mail.release_token.empty())
        if (const auto refused = co_await begin_release(*live, mail, permits_, sealers_.threads()))
            co_return as_answer(refused, {});
    try {
        if (const auto type = passing_report(*live, mail, lookup_in(threads_)); type && !mail.released)
            co_return co_await pass_report(live, std::move(mail), *type);
        passage of{.live = live,
                   .mail = std::make_shared<const transaction>(std::move(mail)),
                   .id = new_decision_id(),
                   .time = std::chrono::system_clock::now(),
                   .began = std::chrono::steady_clock::now(),
                   .awaited = std::move(awaited),
                   .thread = {},
                   .leaving = {},
                   .given_id = {},
                   .searched = {},
                   .judged = {},
                   .sealed = {},
                   .reply = {},
                   .notice = {},
                   .mine = {}};
        co_return co_await pass_down(std::move(of), agreed);
    } catch (const std::exception& problem) {
        if (live->gateway.mode == policy::mode::enforce) throw;
        log_error(std::string("not decided, and passed as monitor mode says: ") + text_of(problem));
    }
    co_return answer{.final = verdict::accept, .edits = {}, .reply = {}};
}

// No decision, and yet somebody must be able to find it later: what carries no record does not pass.
awaitable<answer> gateway::pass_report(std::shared_ptr<const snapshot> live, transaction mail, std::string type) {
    policy::passed_report passed{.time = std::chrono::system_clock::now(),
                                 .type = type,
                                 .queue_id = mail.queue_id,
                                 .message_id = names_.of_text(policy::message_id(mail.mail).value_or("")),
                                 .client = names_.of_text(shown(mail.client)),
                                 .user = names_.of_text(mail.auth_user),
                                 .recipients = {},
                                 .size = mail.size};
    for (const auto& who : mail.recipients) passed.recipients.push_back(names_.of(who));
    const auto unrecorded = co_await record(policy::passed_report_event(passed));
    if (unrecorded.empty() || live->gateway.mode == policy::mode::monitor)
        co_return answer{.final = verdict::accept, .edits = {}, .reply = {}};
    log_error(mail.queue_id + " deferred: a report, and it cannot be recorded: " + unrecorded.text);
    co_return as_answer(policy::reply_for(live->rules, {}, policy::deferred({}, reason_of(unrecorded)), new_decision_id()), {});
}

awaitable<answer> gateway::pass_down(passage of, agreement agreed) {
    using namespace asio::experimental::awaitable_operators;
    most_.note_taken(of.mail->size);
    of.thread = policy::thread_ids_of(of.mail->mail);
    if (!threads_.is_read()) co_await completed([this](auto done) { threads_.read_again(std::move(done)); });
    of.judged = co_await observe(of);
    co_await look_up(of);
    // Another configuration may be in force since.
    if (of.mail->released && !of.enforced()) co_return as_answer(not_released(in_monitor_mode), {});
    if (!of.mail->lost.empty()) defer(of, reason::no_room, of.mail->lost);
    name_if_need_be(of);
    auto sealed = co_await timed_seal(of);
    auto edits = settle(of, std::move(sealed), agreed);
    co_await plan_notice(of);
    if (owes(of) && !of.awaited()) take_back(of, reason::internal_error, nobody_waits);
    co_await pin(of);
    auto both = record(record_of(of)) && remember(threads_, of.live->rules, of.judged, of.live->gateway.mode, of.thread.own);
    auto [unrecorded, forgotten] = co_await std::move(both);
    if (!unrecorded.empty()) co_return conclude(of, std::move(edits), unrecorded);
    const bool remembered = forgotten.empty() || !of.enforced();
    if (!remembered) take_back(of, reason_of(forgotten), "its thread cannot be remembered: " + forgotten.text);
    const bool kept = co_await owe(of);
    const bool noted = kept && remembered && co_await note_release(of, edits.discard);
    if (!noted) co_await correct(of);
    if (held_ && of.judged.made.what == policy::outcome::hold && of.enforced() && !of.reply) {
        auto waiting = waiting_mail_of(of.live->rules, of.judged.made, *of.mail, of.id, of.time);
        co_await held_->hear(of.live, std::move(waiting), sealers_.threads());
    }
    co_return conclude(of, std::move(edits), {});
}

// RFC 6409 section 8.3. What is sensitive is known by its Message-ID to those who answer it.
void gateway::name_if_need_be(passage& of) {
    const auto& rules = of.live->rules;
    of.leaving = {of.mail, &of.mail->mail};
    if (!of.enforced() || !of.thread.own.empty()) return;
    if (!policy::remembered_as(rules, of.judged.known, of.judged.made, of.live->gateway.mode)) return;
    of.given_id = new_message_id(rules, of.mail->sender, of.id);
    of.leaving = std::make_shared<const policy::message>(with_message_id(of.mail->mail, *of.given_id));
    of.thread.own = policy::thread_ids_of(*of.leaving).own;
}

awaitable<judgement> gateway::observe(const passage& of) {
    const auto threads = lookup_in(threads_);
    if (of.mail->size < large_message && of.mail->recipients.size() <= few_recipients)
        co_return observe_and_decide(*of.live, *of.mail, threads, of.now(), of.searched);
    auto work = [live = of.live, mail = of.mail, threads, now = of.now(), searched = of.searched] {
        return observe_and_decide(*live, *mail, threads, now, searched);
    };
    co_return co_await offload(sealers_.threads(), std::move(work));
}

// Keys that nobody imported may be published. What was found is in force then, and the mail is judged anew, by what is in
// force.
awaitable<void> gateway::look_up(passage& of) {
    const auto places = policy::recipients_to_look_up(of.judged.made);
    if (places.empty() || !of.mail->lost.empty() || finder_ == nullptr || !finder_->is_on()) co_return;
    std::vector<key_wish> wishes;
    for (const auto i : places) {
        const auto& who = of.mail->recipients[i];
        const auto base = policy::without_extension(who.key(), of.live->rules.encryption.recipient_delimiter);
        wishes.push_back({.whose = base.empty() ? who : policy::parse_address(base),
                          .from = policy::sources_for(of.live->rules, of.judged.made.recipients[i])});
    }
    const auto found = co_await finder_->find(std::move(wishes));
    of.searched.assign(of.mail->recipients.size(), policy::key_search::none);
    for (std::size_t i = 0; i < places.size(); ++i) of.searched[places[i]] = found[i];
    of.live = live_;
    of.judged = co_await observe(of);
}

awaitable<gateway::sealing> gateway::seal(const passage& of) {
    std::vector<keys::pgp_mime_envelope> envelopes;
    const auto groups = ciphertext_groups(of.judged.made);
    if (!of.enforced() || groups.empty()) co_return envelopes;
    const auto& rules = of.live->rules;
    const auto& forms = of.judged.made.forms;
    const auto hidden = concealed_by(rules);
    leaving_size sizes(*of.mail, *of.leaving, hidden);
    if (std::ranges::find(forms.copies, policy::form::original, &policy::split_copy::what) != forms.copies.end())
        sizes.add_original();
    for (const auto& group : groups) {
        auto recipients = seal_recipients(of.judged, group, of.now());
        const bool stays_in_hand = envelopes.empty() && !forms.here.empty();
        auto sealed = co_await sealers_.seal(of.leaving, hidden, std::move(recipients), rules.encryption.engine);
        if (!sealed) co_return std::unexpected(std::move(sealed.error()));
        const auto size = sealed->body.size();
        stays_in_hand ? sizes.add_in_hand(size) : sizes.add_copy(size);
        if (auto over = co_await too_much(sizes, most_, of.live->gateway.limits.copies))
            co_return std::unexpected(*std::move(over));
        envelopes.push_back(*std::move(sealed));
    }
    co_return envelopes;
}

awaitable<gateway::sealing> gateway::timed_seal(passage& of) {
    const auto began = std::chrono::steady_clock::now();
    auto out = co_await seal(of);
    if (out && !out->empty()) of.sealing = std::chrono::steady_clock::now() - began;
    co_return out;
}

// In the journal, for whoever looks for the mail there.
void gateway::tell(const passage& of, const std::string& what) {
    const auto& queue_id = of.mail->queue_id;
    log_warning(of.id + " " + queue_id + " " + what, {.decision = of.id, .queue_id = queue_id, .outcome = {}});
}

// What never can be done is refused.
void gateway::settle_trouble(passage& of, const trouble& why) {
    if (!why.most_octets) return defer(of, why.why, "cannot encrypt: " + why.text);
    tell(of, "refused: " + why.text);
    of.judged.made = policy::refused_for_size(std::move(of.judged.made), why.why, *why.most_octets);
}

// What a failure until here means: what can't be done is deferred.
edit_list gateway::settle(passage& of, sealing sealed, const agreement& agreed) {
    edit_list edits;
    if (of.judged.made.failure) tell(of, "deferred: " + of.judged.failure_note);
    if (sealed) {
        of.sealed = *std::move(sealed);
        edits = edits_for(of.live->rules, of.judged.made, *of.mail, of.sealed, of.id);
        if (of.mail->released) keep_back(edits, of.id);
        if (of.given_id) give_message_id(edits, of.mail->mail, *of.given_id);
        if (of.mail->recipients.empty())
            defer(of, reason::internal_error, "Postfix named no recipient");
        else if (of.enforced() && !possible(edits, agreed))
            defer(of, reason::internal_error, "Postfix does not let this filter change mail");
    } else {
        settle_trouble(of, sealed.error());
    }
    of.reply = reply_to(of);
    return edits;
}

// Suspends until that work is done. False: it failed, and the message is deferred.
template <class Work>
awaitable<bool> gateway::kept(passage& of, Work work, std::string_view otherwise) {
    const auto done = co_await attempt(sealers_.threads(), reason::internal_error, std::move(work));
    if (!done) take_back(of, done.error().why, std::string(otherwise) + done.error().text);
    co_return done.has_value();
}

// Mail is sealed to what was found for somebody the first time, or to another one than before: on disk before it leaves.
awaitable<void> gateway::pin(passage& of) {
    auto fresh = pins_due(of.judged, of.now());
    if (fresh.empty() || of.sealed.empty()) co_return;
    auto work = [this, live = of.live, fresh = std::move(fresh)] {
        pin_found(*live, fresh, {.leave = leaver_into(events_.directory()), .names = names_});
        events_.look(); // before the record of the mail
    };
    co_await kept(of, std::move(work), "what it is sealed to cannot be noted: ");
}

// The record is to say what the sender will hear, so that is found out before; it is kept behind the record.
awaitable<void> gateway::plan_notice(passage& of) {
    if (of.mail->released && of.reply) co_return; // its sender knows that it waits
    of.notice = co_await notices_.plan(of.live, *of.mail, of.judged.known, of.judged.made, of.id, of.time, of.mine);
}

std::optional<policy::smtp_reply> gateway::reply_to(const passage& of) {
    const auto& made = of.judged.made;
    if (of.mail->released && made.what == policy::outcome::hold) return still_held(of.live->rules, made, of.id);
    auto reply = policy::reply_for(of.live->rules, of.judged.known, made, of.id);
    return reply && of.mail->handed_in_locally ? policy::in_one_line(*std::move(reply)) : std::move(reply);
}

bool gateway::owes(const passage& of) {
    const auto& made = of.judged.made;
    const bool copies = !of.sealed.empty() && !(made.forms.copies.empty() && made.archive.empty());
    return copies || of.notice.is_owed();
}

// Suspends until copies and notice are on disk. False: they are not, and the message is deferred. Making them takes as long
// as the message is large, so that is for the pool too.
awaitable<bool> gateway::owe(passage& of) {
    if (!owes(of)) co_return true;
    if (!of.awaited()) {
        take_back(of, reason::internal_error, nobody_waits);
        co_return false;
    }
    const auto& made = of.judged.made;
    auto work = [this, live = of.live, mail = of.mail, leaving = of.leaving, made, sealed = std::exchange(of.sealed, {}),
                 id = of.id, notice = of.notice]() mutable {
        auto owed = copies_owed(live->rules, made, *mail, *leaving, sealed, id);
        if (mail->released && !owed.empty()) permits_->owe(mail->release_token);
        if (auto told = notices_.notice_of(*live, *mail, notice)) owed.push_back(*std::move(told));
        notices_.collect(*live, *mail, notice);
        outbox_.add(std::move(owed));
        notices_.remember(*live, notice);
    };
    co_return co_await kept(of, std::move(work), "cannot keep what is owed: ");
}

// The command that released it goes on by that. False: it is not on disk, and the message is deferred.
awaitable<bool> gateway::note_release(passage& of, bool in_copies) {
    if (!of.mail->released || of.reply) co_return true;
    auto work = [this, token = of.mail->release_token,
                 taken =
                     permit_taken{.decision = of.id, .queue_id = of.mail->queue_id, .in_copies = in_copies, .time = of.time}] {
        permits_->take(token, taken);
    };
    co_return co_await kept(of, std::move(work), "its release cannot be noted: ");
}

// Deferred although it was settled.
void gateway::take_back(passage& of, reason why, std::string_view detail) {
    defer(of, why, detail);
    of.reply = reply_to(of);
}

void gateway::defer(passage& of, reason why, std::string_view detail) {
    tell(of, "deferred: " + std::string(detail));
    of.judged.made = policy::deferred(std::move(of.judged.made), why);
    of.sealed.clear();
    of.notice = {};
}

std::string gateway::record_of(const passage& of) const {
    using std::chrono::duration_cast;
    using std::chrono::milliseconds;
    const auto& mail = *of.mail;
    const auto reply = of.reply ? policy::to_string(*of.reply) : std::string{};
    const auto message_id = of.given_id ? *of.given_id : policy::message_id(mail.mail).value_or("");
    const std::string_view release_of = mail.released ? mail.released->decision : std::string_view{};
    return policy::audit_fields({.rules = of.live->rules,
                                 .known = of.judged.known,
                                 .made = of.judged.made,
                                 .mode = of.live->gateway.mode,
                                 .reply = reply,
                                 .names = names_,
                                 .notice = of.notice.state},
                                {.time = of.time,
                                 .id = of.id,
                                 .queue_id = mail.queue_id,
                                 .message_id = message_id,
                                 .sender = mail.sender,
                                 .client = shown(mail.client),
                                 .user = mail.auth_user,
                                 .size = mail.size,
                                 .release_of = release_of,
                                 .duration = duration_cast<milliseconds>(std::chrono::steady_clock::now() - of.began)});
}

// A decision that nobody can look up later is none. Monitor mode changes nothing, whatever happens.
answer gateway::conclude(passage& of, edit_list edits, const unwritten& unrecorded) const {
    if (!unrecorded.empty()) tell(of, "not recorded: " + unrecorded.text);
    if (!unrecorded.empty() && of.enforced() && of.judged.made.what != policy::outcome::defer) {
        of.judged.made = policy::deferred(std::move(of.judged.made), reason_of(unrecorded));
        of.reply = reply_to(of);
    }
    if (hears_)
        hears_({.rules = of.live->rules,
                .mode = of.live->gateway.mode,
                .id = of.id,
                .queue_id = of.mail->queue_id,
                .made = of.judged.made,
                .time = of.time,
                .took = std::chrono::steady_clock::now() - of.began,
                .sealing = of.sealing});
    if (!of.enforced()) return {.final = verdict::accept, .edits = {}, .reply = {}};
    return as_answer(of.reply, std::move(edits));
}

// The first record must not stay the last word: what corrects it is written as soon as it can be.
awaitable<void> gateway::correct(const passage& of) {
    auto fields = record_of(of);
    const auto unrecorded = co_await record(fields);
    if (!unrecorded.empty()) events_.record(std::move(fields));
}

// Suspends until the record is on disk. Returns why it is not, or nothing.
awaitable<unwritten> gateway::record(std::string fields) {
    return completed(
        [this, fields = std::move(fields)](auto done) mutable { log_.append(std::move(fields), std::move(done)); });
}

void gateway::let_pass(const policy::message& header) { join_thread(threads_, live_->rules, header); }

} // namespace sealgate::milter
