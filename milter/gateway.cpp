#include "milter/gateway.hpp"

#include "milter/decision_id.hpp"
#include "milter/gateway_log.hpp"
#include "milter/offload.hpp"
#include "policy/base/text.hpp"
#include "policy/explain.hpp"
#include "policy/record.hpp"

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <utility>

namespace sealgate::milter {

namespace {

namespace asio = boost::asio;
using asio::awaitable;
using policy::mode;
using policy::outcome;
using policy::reason;

// Judging more than this takes long enough for other connections to notice.
constexpr std::size_t large_message = 256 * 1024;

std::expected<std::vector<keys::seal_recipient>, std::string>
seal_recipients(const snapshot& live, const policy::decision& made, keys::time_point now) {
    std::vector<keys::seal_recipient> out;
    for (const auto& one : made.recipients)
        if (one.result == outcome::seal)
            out.push_back(keys::recipient_for(*live.certificates.find(one.who.key(), now).stored, now));
    for (const auto& entry : live.rules.encryption.always_to) {
        const auto found = live.certificates.find_entry(entry, now);
        if (found.state != policy::key_state::usable)
            return std::unexpected("the key of " + entry + " (encryption.always_to) is " +
                                   std::string(name_of(found.state)));
        out.push_back(keys::recipient_for(*found.stored, now));
    }
    return out;
}

keys::subject_shown subject_of(const policy::policy& rules) {
    return rules.encryption.protect_subject ? keys::subject_shown::inside_only : keys::subject_shown::outside;
}

// One Subject remains, and says nothing; Keywords and Comments go.
void hide_subject(const policy::message& mail, edit_list& edits) {
    for (const auto& subject : all_fields_named(mail, {"Subject"})) {
        if (subject.number == 1) edits.changes.push_back({.which = subject, .value = std::string(keys::hidden_subject)});
        else edits.deletions.push_back(subject);
    }
    for (const auto name : keys::hidden_fields)
        std::ranges::move(all_fields_named(mail, {name}), std::back_inserter(edits.deletions));
}

edit_list sealing_edits(const policy::message& mail, keys::subject_shown where, keys::pgp_mime_envelope envelope) {
    edit_list edits;
    for (const auto& name : keys::outer_fields_to_delete(mail))
        std::ranges::move(all_fields_named(mail, {name}), std::back_inserter(edits.deletions));
    if (where == keys::subject_shown::inside_only) hide_subject(mail, edits);
    edits.additions = {{.name = "MIME-Version", .value = " 1.0"},
                       {.name = "Content-Type", .value = " " + envelope.content_type}};
    edits.body = std::move(envelope.body);
    return edits;
}

std::vector<std::string> missing_archives(const policy::decision& made, const transaction& mail) {
    std::vector<std::string> out;
    for (const auto& archive : made.archive)
        if (std::ranges::find(mail.recipients, archive.key(), &policy::address::key) == mail.recipients.end())
            out.push_back(archive.spelled);
    return out;
}

// What Postfix shall do to the message, if it is accepted.
edit_list edits_for(const policy::policy& rules, const policy::decision& made, const transaction& mail,
                    std::optional<keys::pgp_mime_envelope> envelope, const std::string& id) {
    edit_list edits;
    if (envelope) edits = sealing_edits(mail.mail, subject_of(rules), *std::move(envelope));
    edits.recipients = missing_archives(made, mail);
    if (made.what == outcome::hold) edits.quarantine = "sealgate " + id;
    return edits;
}

answer as_answer(const std::optional<policy::smtp_reply>& reply, edit_list edits) {
    if (!reply) return {.final = verdict::accept, .edits = std::move(edits), .reply = {}};
    return {.final = reply->code >= 500 ? verdict::reject : verdict::tempfail, .edits = {}, .reply = *reply};
}

// CONTRACT section 4: a bounce passes. Staff who log in could give any mail the null sender, so theirs has to be a report
// (RFC 6522): a read receipt, say.
bool is_report(const transaction& mail) {
    if (!mail.sender.is_null()) return false;
    const auto types = policy::field_values(mail.mail, "Content-Type");
    return types.size() == 1 && text::istarts_with(text::trim(types.front()), "multipart/report");
}

std::string message_id_of(const policy::message& mail) {
    const auto values = policy::field_values(mail, "Message-ID");
    return values.empty() ? std::string{} : policy::unfolded(values.front());
}

} // namespace

awaitable<answer> gateway::decide(transaction mail, agreement agreed) {
    const answer untouched{.final = verdict::accept, .edits = {}, .reply = {}};
    if (is_report(mail)) co_return untouched;
    passage of{.live = live_,
               .mail = std::make_shared<const transaction>(std::move(mail)),
               .id = new_decision_id(),
               .time = std::chrono::system_clock::now(),
               .began = std::chrono::steady_clock::now(),
               .judged = {},
               .reply = {}};
    const bool enforced = of.enforced();
    try {
        co_return co_await pass_down(std::move(of), agreed);
    } catch (const std::exception& problem) {
        if (enforced) throw;
        log_line(std::string("not decided, and passed as monitor mode says: ") + problem.what());
    }
    co_return untouched;
}

awaitable<answer> gateway::pass_down(passage of, agreement agreed) {
    of.judged = co_await observe(of);
    auto sealed = co_await seal(of);
    auto edits = settle(of, std::move(sealed), agreed);
    const auto unrecorded = co_await record(record_of(of));
    co_return conclude(of, std::move(edits), unrecorded);
}

awaitable<judgement> gateway::observe(const passage& of) {
    if (of.mail->size < large_message) co_return judge(*of.live, *of.mail, of.now());
    auto work = [live = of.live, mail = of.mail, now = of.now()] { return judge(*live, *mail, now); };
    co_return co_await offload(sealers_.threads(), std::move(work));
}

awaitable<gateway::sealing> gateway::seal(const passage& of) {
    if (of.judged.made.what != outcome::seal || !of.enforced()) co_return std::nullopt;
    auto recipients = seal_recipients(*of.live, of.judged.made, of.now());
    if (!recipients) co_return std::unexpected(std::move(recipients.error()));
    std::shared_ptr<const policy::message> content(of.mail, &of.mail->mail);
    auto envelope = co_await sealers_.seal(std::move(content), subject_of(of.live->rules), *std::move(recipients));
    if (!envelope) co_return std::unexpected(std::move(envelope.error()));
    co_return *std::move(envelope);
}

// The one place that decides what a failure means: what can't be done is deferred.
edit_list gateway::settle(passage& of, sealing sealed, const agreement& agreed) {
    edit_list edits;
    if (sealed) {
        edits = edits_for(of.live->rules, of.judged.made, *of.mail, *std::move(sealed), of.id);
        if (of.mail->recipients.empty())
            defer(of, reason::internal_error, "Postfix named no recipient");
        else if (of.enforced() && !possible(edits, agreed))
            defer(of, reason::internal_error, "Postfix does not let this filter change mail");
    } else {
        defer(of, reason::sealing_failed, "cannot encrypt: " + sealed.error());
    }
    of.reply = policy::reply_for(of.live->rules, of.judged.known, of.judged.made, of.id);
    return edits;
}

void gateway::defer(passage& of, reason why, std::string_view detail) {
    log_line(of.id + " " + of.mail->queue_id + " deferred: " + std::string(detail));
    of.judged.made = policy::deferred(std::move(of.judged.made), why);
}

std::string gateway::record_of(const passage& of) {
    using std::chrono::duration_cast;
    using std::chrono::milliseconds;
    const auto& mail = *of.mail;
    const auto reply = of.reply ? policy::to_string(*of.reply) : std::string{};
    const auto message_id = message_id_of(mail.mail);
    return policy::audit_fields({.rules = of.live->rules,
                                 .known = of.judged.known,
                                 .made = of.judged.made,
                                 .mode = of.live->gateway.mode,
                                 .reply = reply},
                                {.time = of.time,
                                 .id = of.id,
                                 .queue_id = mail.queue_id,
                                 .message_id = message_id,
                                 .sender = mail.sender.spelled,
                                 .client = mail.client.address.empty() ? mail.client.name : mail.client.address,
                                 .user = mail.auth_user,
                                 .size = mail.size,
                                 .duration = duration_cast<milliseconds>(std::chrono::steady_clock::now() - of.began)});
}

// A decision that nobody can look up later is none. Monitor mode changes nothing, whatever happens.
answer gateway::conclude(passage& of, edit_list edits, const std::string& unrecorded) {
    if (!unrecorded.empty()) log_line(of.id + " " + of.mail->queue_id + " not recorded: " + unrecorded);
    if (!of.enforced()) return {.final = verdict::accept, .edits = {}, .reply = {}};
    if (!unrecorded.empty()) {
        of.judged.made = policy::deferred(std::move(of.judged.made), reason::internal_error);
        of.reply = policy::reply_for(of.live->rules, of.judged.known, of.judged.made, of.id);
    }
    return as_answer(of.reply, std::move(edits));
}

// Suspends until the record is on disk. Returns why it is not, or nothing.
awaitable<std::string> gateway::record(std::string fields) {
    auto begin = [this](auto handler, std::string record_fields) {
        const auto executor = asio::get_associated_executor(handler);
        const auto waiter = std::make_shared<decltype(handler)>(std::move(handler));
        const auto at_work = std::make_shared<asio::executor_work_guard<std::decay_t<decltype(executor)>>>(executor);
        log_.append(std::move(record_fields), [waiter, at_work](std::string error) {
            asio::post(at_work->get_executor(), [waiter, error = std::move(error)]() mutable {
                (*waiter)(std::move(error));
            });
        });
    };
    co_return co_await asio::async_initiate<const asio::use_awaitable_t<>&, void(std::string)>(
        std::move(begin), asio::use_awaitable, std::move(fields));
}

} // namespace sealgate::milter
