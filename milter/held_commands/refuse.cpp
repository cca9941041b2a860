#include "milter/held_commands/refuse.hpp"

#include "milter/base/decision_id.hpp"
#include "milter/base/hex_key.hpp"
#include "milter/cli/current_user.hpp"
#include "milter/cli/json_line.hpp"
#include "milter/held/release_step.hpp"
#include "milter/held/waiting_mails.hpp"
#include "milter/outbox/batch.hpp"
#include "policy/audit/query.hpp"
#include "policy/base/digest.hpp"
#include "policy/base/text.hpp"
#include "policy/notices/refusal_mail.hpp"
#include "policy/texts/language.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <iostream>

namespace sealgate::milter {

namespace {

namespace json = boost::json;

using purpose = begun_permit::purpose;

class refusing {
public:
    // `known`: the log's reasons, where somebody has read them.
    refusing(const held_desk& desk, const invocation& called, std::string id, const held_decisions* known = nullptr)
        : desk_(desk)
        , called_(called)
        , id_(std::move(id))
        , known_(known) {}

    int run() {
        constexpr int most_steps = 8;
        for (int i = 0; i < most_steps; ++i)
            if (const auto end = step()) return *end;
        complain("Postfix does not do what its commands say; see its log");
        return exit_no;
    }

private:
    std::optional<int> step() {
        const auto queue = desk_.look();
        if (!queue) return exit_unusable;
        const auto all = desk_.begun();
        const auto begun = std::ranges::find(all, id_, [](const begun_permit& one) { return one.permit.queue_id; });
        if (begun == all.end()) return begin(*queue);
        if (begun->what == purpose::release) {
            complain("mail " + id_ + " is being released: sealgate held release " + id_ + " goes on with it");
            return exit_no;
        }
        switch (next_step(*begun, *queue, std::chrono::system_clock::now())) {
        case release_step::tell: return tell(begun->permit);
        case release_step::remove_held:
            if (const auto done = desk_.queue.remove_held(id_); !done) {
                complain(done.error() + "; try the refusal again");
                return exit_no;
            }
            return std::nullopt;
        case release_step::finish: return finish(begun->permit);
        case release_step::hand_in:
        case release_step::wait:
        case release_step::let_go:
        case release_step::drop: break;
        }
        desk_.permits->forget(begun->permit.token);
        complain("mail " + id_ + " is not held any more: somebody else took it out of the hold queue");
        return exit_no;
    }

    std::optional<int> begin(const std::vector<queue_entry>& queue) {
        const auto held = desk_.held_of(queue);
        const auto entry = std::ranges::find(held, id_, &queue_entry::id);
        if (entry == held.end()) {
            complain("no mail " + id_ + " is held; see sealgate held list");
            return exit_no;
        }
        const auto envelope = desk_.queue.envelope(id_);
        if (!envelope) {
            complain(id_ + ": " + envelope.error() + "; it stays held");
            return exit_no;
        }
        const auto reasons = known_ ? held_decisions{} : desk_.reasons({*entry});
        const auto& known = known_ ? *known_ : reasons;
        const auto* reason = known.contains(id_) ? &known.at(id_) : nullptr;
        held_permit permit{.token = new_hex_key().substr(0, 32),
                           .queue_id = id_,
                           .arrival = entry->arrival,
                           .decision = reason ? std::string(policy::text_in(*reason, "id").value_or("")) : std::string{},
                           .as = {},
                           .user = current_user(desk_.names),
                           .login = reason && policy::text_in(*reason, "user"),
                           .sender = envelope->sender,
                           .recipients = {},
                           .content = {},
                           .begun = std::chrono::system_clock::now()};
        for (const auto& one : envelope->recipients) permit.recipients.push_back(one.address);
        desk_.permits->write(permit, purpose::refusal);
        return std::nullopt;
    }

    // A notice goes to our own people only: a forged sender must bring no stranger mail.
    bool may_be_told(const held_permit& permit) const {
        const auto sender = policy::parse_address(permit.sender);
        if (sender.is_null()) return false;
        return permit.login || desk_.rules.tiers.tier_of(sender) == desk_.rules.tiers.organisation();
    }

    std::optional<int> tell(const held_permit& permit) const {
        if (may_be_told(permit)) {
            const auto header = desk_.queue.header(id_);
            if (!header) {
                complain(header.error() + "; it stays held");
                return exit_no;
            }
            add_beside_gateway({.root = desk_.gateway.outbox_directory()}, notice_of(permit, policy::parse_message(*header)),
                               std::chrono::system_clock::now());
        } else {
            complain("mail " + id_ + ": its sender is nobody of ours, and is not told");
        }
        desk_.permits->accept(permit.token);
        return std::nullopt;
    }

    // The same for the same refusal, so that a crash makes neither none nor two.
    owed_copy notice_of(const held_permit& permit, const policy::message& mail) const {
        const auto& how = desk_.rules.notices;
        const auto language = how.language != "auto"
                                  ? how.language
                                  : policy::language_of(mail, how.languages).value_or(how.languages.front().tag);
        const auto to = policy::parse_address(permit.sender);
        const auto message_id = policy::message_id(mail).value_or("");
        const auto id = permit.decision.empty() ? new_decision_id() : permit.decision;
        return {.decision = id,
                .sender = {},
                .recipients = {{.address = policy::without_blanks(to.spelled),
                                .identity = sha256_hex("refusal of held mail\n" + permit.token)}},
                .message = {policy::refusal_mail({.rules = desk_.rules,
                                                  .to = to,
                                                  .recipients = permit.recipients,
                                                  .decision = permit.decision,
                                                  .message_id = message_id,
                                                  .language = language,
                                                  .now = permit.begun,
                                                  .boundary = permit.token})}};
    }

    int finish(const held_permit& permit) const {
        desk_.leave_event({.time = std::chrono::system_clock::now(),
                           .what = policy::held_change::refuse,
                           .id = permit.token.substr(0, 16),
                           .queue_id = permit.queue_id,
                           .decision = permit.decision,
                           .user = permit.user});
        waiting_mails(desk_.permits->directory()).forget(permit.decision);
        desk_.permits->forget(permit.token);
        if (called_.json())
            print_json_line(json::object{{"change", "refused"}, {"queue_id", id_}, {"held_by", permit.decision}});
        else
            std::cout << "refused  " << id_ << '\n';
        return exit_yes;
    }

    const held_desk& desk_;
    const invocation& called_;
    const std::string id_;
    const held_decisions* known_;
};

// What others hold is theirs.
int refuse_expired(const held_desk& desk, const invocation& called) {
    const auto queue = desk.look();
    if (!queue) return exit_unusable;
    const auto held = desk.held_of(*queue);
    const auto reasons = desk.reasons(held);
    int status = exit_yes;
    for (const auto& one : held)
        if (reasons.contains(one.id) && desk.is_older_than(one, desk.gateway.held.expire))
            status = std::max(status, refusing(desk, called, one.id, &reasons).run());
    return status;
}

} // namespace

int refuse_held(const held_desk& desk, const invocation& called) {
    const bool expired = called.has("--expired");
    if (expired != called.words.empty()) {
        complain("which mail? Give its queue id, or --expired; see sealgate held list");
        return exit_unusable;
    }
    const auto one_at_a_time = desk.permits->lock();
    return expired ? refuse_expired(desk, called) : refusing(desk, called, called.words[0]).run();
}

} // namespace sealgate::milter
