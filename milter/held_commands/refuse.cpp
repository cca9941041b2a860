#include "milter/held_commands/refuse.hpp"

#include "milter/base/decision_id.hpp"
#include "milter/cli/json_line.hpp"
#include "milter/held/release_step.hpp"
#include "milter/held/written_envelope.hpp"
#include "milter/held_commands/steps.hpp"
#include "milter/outbox/batch.hpp"
#include "policy/base/text.hpp"
#include "policy/crypto/digest.hpp"
#include "policy/decision/author.hpp"
#include "policy/notices/due.hpp"
#include "policy/notices/refusal_mail.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <iostream>
#include <utility>

namespace sealgate::milter {

namespace {

namespace json = boost::json;

using purpose = begun_permit::purpose;

constexpr std::size_t most_named = 10; // in the notice

// One mail or ten thousand, each its next step in turn; Postfix's queue and what is begun are read once for all of them.
class refusing {
public:
    refusing(const held_desk& desk, const invocation& called)
        : desk_(desk)
        , called_(called)
        , outbox_({.root = desk.gateway.outbox_directory()}) {}

    // The lock is free between batches: a release need not wait for ten thousand refusals.
    int run(const std::vector<std::string>& ids) {
        constexpr std::size_t at_once = 2000;
        for (std::size_t from = 0; from < ids.size(); from += at_once) {
            const auto to = std::min(ids.size(), from + at_once);
            const auto one_at_a_time = desk_.lock();
            const auto end =
                run_batch({ids.begin() + static_cast<std::ptrdiff_t>(from), ids.begin() + static_cast<std::ptrdiff_t>(to)});
            if (end) return *end;
        }
        return status_;
    }

private:
    // Nothing: each of them is at its end.
    std::optional<int> run_batch(std::vector<std::string> ids) {
        constexpr int most_rounds = 8;
        reasons_.reset();
        for (int round = 0; round < most_rounds && !ids.empty(); ++round) {
            if (!look(ids)) return exit_unusable;
            std::erase_if(ids, [this](const std::string& id) { return is_at_end(id); });
            write_what_is_begun();
            tell_senders();
            finish_what_is_done();
            if (!remove_what_is_told()) return exit_no;
        }
        return ids.empty() ? std::nullopt : std::optional(postfix_does_nothing());
    }

    bool look(const std::vector<std::string>& ids) {
        queue_ = desk_.look_to_change();
        if (!queue_) return false;
        begun_.emplace(desk_.begun());
        if (reasons_) return true;
        finish_others(desk_, *queue_, *begun_, {ids.begin(), ids.end()});
        std::vector<queue_entry> entries;
        for (const auto& id : ids)
            if (const auto* one = queue_->find(id); one != nullptr && one->is_held()) entries.push_back(*one);
        reasons_ = desk_.reasons(entries);
        return true;
    }

    bool is_at_end(const std::string& id) {
        const auto end = step(id);
        if (end) status_ = std::max(status_, *end);
        return end.has_value();
    }

    std::optional<int> step(const std::string& id) {
        const auto* begun = begun_->about(id, *queue_);
        if (begun == nullptr) return begin(id);
        const auto& old = begun->permit.queue_id;
        if (begun->what == purpose::release) {
            complain("mail " + id + " is being released" +
                     (begun->has_left_in_part() ? ", and some of its recipients have it already: " : ": ") +
                     "sealgate held release " + old + " goes on with it");
            return exit_no;
        }
        switch (next_step(*begun, *queue_, std::chrono::system_clock::now())) {
        case release_step::tell: return tell(*begun);
        case release_step::remove_held: to_remove_.push_back(old); return std::nullopt;
        case release_step::finish: to_finish_.push_back(*begun); return exit_yes;
        case release_step::hand_in:
        case release_step::wait:
        case release_step::let_go:
        case release_step::withdraw:
        case release_step::unseen:
        case release_step::drop: break;
        }
        if (begun->is_accepted) complain("the sender of mail " + old + " was told that it is not sent");
        return give_up_permit(desk_, begun->permit);
    }

    bool remove_what_is_told() {
        const auto ids = std::exchange(to_remove_, {});
        const auto done = desk_.queue.remove_held(ids);
        if (!done)
            complain(done.error() + "; try the refusal again");
        else if (*done < ids.size())
            complain(
                std::to_string(ids.size() - *done) + " of " + std::to_string(ids.size()) +
                " mails were taken out of the hold queue by somebody else meanwhile; their senders were told that they are "
                "not sent");
        return done.has_value();
    }

    std::optional<int> begin(const std::string& id) {
        const auto* entry = held_entry(*queue_, id);
        if (entry == nullptr) return exit_no;
        auto envelope = desk_.queue.envelope(id);
        if (!envelope) {
            complain(id + ": " + envelope.error() + "; it stays held");
            return exit_no;
        }
        const auto found = reasons_->find(id);
        const auto* reason = found == reasons_->end() ? nullptr : &found->second;
        *envelope = as_written(*std::move(envelope), desk_.rules, desk_.names, reason);
        auto permit = new_permit(desk_, *entry, *envelope, reason);
        if (!may_be_told(permit) && !called_.has("--untold")) {
            complain("mail " + id + " stays held: its sender is nobody who can be told; sealgate held refuse --untold " + id +
                     desk_.postfix_option + " removes it all the same");
            return exit_no;
        }
        for (const auto& one : envelope->recipients)
            if (permit.named.size() < most_named) permit.named.push_back(one.address);
        to_begin_.push_back(std::move(permit));
        return std::nullopt;
    }

    // A notice goes to our own people only: a forged sender must bring no stranger mail.
    bool may_be_told(const held_permit& permit) const {
        const auto sender = policy::parse_address(permit.sender);
        if (sender.is_null() || !policy::is_envelope_address(permit.sender) || policy::is_rewritten(sender)) return false;
        return permit.login || desk_.rules.tiers.tier_of(sender) == desk_.rules.tiers.organisation();
    }

    std::optional<int> tell(const begun_permit& begun) {
        const auto& permit = begun.permit;
        if (may_be_told(permit)) {
            const auto header = desk_.queue.header(permit.queue_id);
            if (!header) {
                complain(header.error() + "; it stays held");
                return exit_no;
            }
            notices_.push_back(notice_of(permit, policy::parse_message(*header)));
        } else {
            complain("mail " + permit.queue_id + ": its sender is nobody of ours, and is not told");
        }
        told_.push_back(begun);
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
                                                  .recipients = permit.named,
                                                  .more = permit.recipients - std::min(permit.recipients, permit.named.size()),
                                                  .decision = permit.decision,
                                                  .message_id = message_id,
                                                  .language = language,
                                                  .now = permit.begun,
                                                  .boundary = permit.token})}};
    }

    void write_what_is_begun() { desk_.permits->write(std::exchange(to_begin_, {}), purpose::refusal); }

    void tell_senders() {
        outbox_.add(std::exchange(notices_, {}), std::chrono::system_clock::now());
        const auto told = std::exchange(told_, {});
        note_permits(desk_, told);
        std::vector<std::string> tokens;
        for (const auto& one : told) tokens.push_back(one.permit.token);
        desk_.permits->mark(tokens, permit_mark::accepted);
    }

    void finish_what_is_done() {
        const auto done = std::exchange(to_finish_, {});
        finish_permits(desk_, done);
        for (const auto& one : done) print(one.permit);
    }

    void print(const held_permit& permit) const {
        if (called_.json())
            print_json_line(json::object{{"change", "refused"}, {"queue_id", permit.queue_id}, {"held_by", permit.decision}});
        else
            std::cout << "refused  " << permit.queue_id << '\n';
    }

    const held_desk& desk_;
    const invocation& called_;
    outbox_beside outbox_;
    std::optional<held_decisions> reasons_; // the log is read once a batch
    std::optional<queue_index> queue_;
    std::optional<begun_index> begun_;
    // Of a round, each written together at its end.
    std::vector<held_permit> to_begin_;
    std::vector<owed_copy> notices_;
    std::vector<begun_permit> told_, to_finish_;
    std::vector<std::string> to_remove_;
    int status_ = exit_yes;
};

// What others hold is theirs; nothing after a complaint.
std::optional<std::vector<std::string>> expired(const held_desk& desk) {
    const auto queue = desk.look_to_change();
    if (!queue) return std::nullopt;
    const auto held = desk.held_of(queue->entries());
    const auto reasons = desk.reasons(held);
    const auto now = std::chrono::system_clock::now();
    std::vector<std::string> out;
    for (const auto& one : held)
        if (reasons.contains(one.id) && one.is_older_than(desk.gateway.held.expire, now)) out.push_back(one.id);
    return out;
}

} // namespace

int refuse_held(const held_desk& desk, const invocation& called) {
    const bool all_expired = called.has("--expired");
    if (all_expired && called.has("--untold")) {
        complain("--untold is for one mail, by its queue id");
        return exit_unusable;
    }
    if (all_expired != called.words.empty()) {
        complain("which mail? Give its queue id, or --expired; see sealgate held list");
        return exit_unusable;
    }
    const auto ids = all_expired ? expired(desk) : std::vector{std::string(called.words[0])};
    return ids ? refusing(desk, called).run(*ids) : exit_unusable;
}

} // namespace sealgate::milter
