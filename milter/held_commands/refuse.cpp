#include "milter/held_commands/refuse.hpp"

#include "milter/base/decision_id.hpp"
#include "milter/cli/json_line.hpp"
#include "milter/held/release_step.hpp"
#include "milter/held_commands/steps.hpp"
#include "milter/outbox/batch.hpp"
#include "policy/base/digest.hpp"
#include "policy/base/text.hpp"
#include "policy/notices/due.hpp"
#include "policy/notices/refusal_mail.hpp"

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
        return run_steps(most_steps, [this] { return step(); });
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
        return give_up_permit(desk_, begun->permit);
    }

    std::optional<int> begin(const std::vector<queue_entry>& queue) {
        const auto entry = held_entry(queue, id_);
        if (!entry) return exit_no;
        const auto envelope = desk_.queue.envelope(id_);
        if (!envelope) {
            complain(id_ + ": " + envelope.error() + "; it stays held");
            return exit_no;
        }
        const auto reasons = known_ ? held_decisions{} : desk_.reasons({*entry});
        const auto& known = known_ ? *known_ : reasons;
        const auto* reason = known.contains(id_) ? &known.at(id_) : nullptr;
        desk_.permits->write(new_permit(desk_, *entry, *envelope, reason), purpose::refusal);
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
        const auto language = policy::language_for(desk_.rules.notices, mail);
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
        finish_permit(desk_, permit, policy::held_change::refuse);
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
    const auto now = std::chrono::system_clock::now();
    int status = exit_yes;
    for (const auto& one : held)
        if (reasons.contains(one.id) && one.is_older_than(desk.gateway.held.expire, now))
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
