#include "milter/held_commands/release.hpp"

#include "milter/cli/json_line.hpp"
#include "milter/held/release_step.hpp"
#include "milter/held/written_envelope.hpp"
#include "milter/held_commands/hand_in.hpp"
#include "milter/held_commands/steps.hpp"
#include "policy/base/text.hpp"
#include "policy/decision/release.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <iostream>
#include <utility>

namespace sealgate::milter {

namespace {

namespace json = boost::json;

using purpose = begun_permit::purpose;

class releasing {
public:
    releasing(const held_desk& desk, const invocation& called)
        : desk_(desk)
        , called_(called)
        , id_(called.words[0]) {}

    int run() {
        constexpr int most_steps = 12; // each changes what is seen
        for (int i = 0; i < most_steps; ++i)
            if (const auto end = step()) return *end;
        return postfix_does_nothing();
    }

private:
    // Nothing: there is more to do.
    std::optional<int> step() {
        const auto queue = desk_.look_to_change();
        if (!queue) return exit_unusable;
        const begun_index all(desk_.begun());
        if (!std::exchange(others_are_finished_, true)) finish_others(desk_, *queue, all, {id_});
        const auto* begun = all.about(id_, *queue);
        if (begun == nullptr) return begin(*queue);
        if (begun->what == purpose::refusal) {
            complain("mail " + id_ + " is being refused: sealgate held refuse " + begun->permit.queue_id + " goes on with it");
            return exit_no;
        }
        return go_on(*begun, *queue);
    }

    std::optional<int> go_on(const begun_permit& begun, const queue_index& queue) {
        const auto& permit = begun.permit;
        switch (next_step(begun, queue, std::chrono::system_clock::now())) {
        case release_step::hand_in:
            if (begun.has_left_in_part()) return begin(*queue.find(permit.queue_id), &permit);
            desk_.permits->forget({permit.token});
            return std::nullopt;
        case release_step::wait:
            complain("mail " + permit.queue_id + " was being released, and that may still be under way: try again in " +
                     std::to_string(longest_under_way.count()) + " minutes");
            return exit_no;
        case release_step::remove_held: return is_as_typed(permit) ? remove_old(begun) : exit_no;
        case release_step::let_go: return is_as_typed(permit) ? let_go(begun) : exit_no;
        case release_step::withdraw: return withdraw(begun, queue);
        case release_step::unseen: return leave_alone(begun);
        case release_step::finish: return finish(begun);
        case release_step::tell:
        case release_step::drop: break;
        }
        return give_up_permit(desk_, permit);
    }

    // What was decided by other terms is not let go by these.
    bool is_as_typed(const held_permit& permit) const {
        if (permit.as == called_.value("--as")) return true;
        const auto as = permit.as.empty() ? std::string{} : " --as " + permit.as;
        complain("mail " + permit.queue_id + " is being released " + (as.empty() ? "without --as" : "with" + as) +
                 ", and was decided so: sealgate held release " + permit.queue_id + as + " lets it go; in " +
                 std::to_string(longest_under_way.count()) + " minutes it can be decided otherwise");
        return false;
    }

    std::optional<int> remove_old(const begun_permit& begun) {
        const auto& permit = begun.permit;
        if (begun.taken->in_copies) note_permits(desk_, {begun});
        if (!begun.is_replaced) desk_.permits->mark({permit.token}, permit_mark::replaced);
        const auto removed = desk_.queue.remove_held({permit.queue_id});
        if (!removed) return failed(removed.error());
        if (*removed > 0 || begun.taken->in_copies) return std::nullopt;
        return withdraw(begun, {{}}); // it left, or was removed, just now
    }

    std::optional<int> let_go(const begun_permit& begun) {
        note_permits(desk_, {begun});
        const auto done = desk_.queue.let_go(begun.taken->queue_id);
        return done ? std::nullopt : std::optional(failed(done.error()));
    }

    std::optional<int> withdraw(const begun_permit& begun, const queue_index& queue) {
        const auto& permit = begun.permit;
        const auto* old = queue.find(permit.queue_id);
        const bool is_old_held = old != nullptr && old->is_held() && is_held_one(*old, begun);
        desk_.permits->retract(permit.token);
        const auto removed = desk_.queue.remove_held({begun.taken->queue_id});
        if (!removed) return failed(removed.error());
        if (!is_old_held) return give_up_permit(desk_, permit);
        if (*removed == 0)
            desk_.permits->mark({permit.token}, permit_mark::accepted); // it is gone, and nobody can tell where to
        return std::nullopt;
    }

    std::optional<int> leave_alone(const begun_permit& begun) const {
        const auto& permit = begun.permit;
        const auto files = desk_.permits->directory().string() + "/" + permit.token + ".*";
        const auto port = to_string(endpoint(desk_.gateway.held.submit)).substr(sizeof "inet:" - 1);
        complain("mail " + permit.queue_id + " stays held: " +
                 (begun.is_unreadable
                      ? "how far its release went cannot be read"
                      : "Postfix took it at " + port + " as " + begun.taken->queue_id +
                            ", and in this queue no such mail is to be seen (see held.submit, and --postfix-config)") +
                 "; find out from Postfix's log what became of it: if it left, remove the held one (postsuper -d " +
                 permit.queue_id + "); if it came to nothing, remove " + files + " and release it anew");
        return exit_no;
    }

    static int failed(const std::string& why) {
        complain(why + "; try the release again");
        return exit_no;
    }

    std::optional<int> begin(const queue_index& queue) {
        const auto* entry = held_entry(queue, id_);
        if (entry == nullptr) return exit_no;
        if (desk_.gateway.mode == policy::mode::monitor) {
            complain("the gateway is in monitor mode, in which the mail would leave as it is: nothing is released");
            return exit_no;
        }
        return begin(*entry);
    }

    // `earlier`: a release of which copies have left, and which came to nothing else.
    std::optional<int> begin(const queue_entry& entry, const held_permit* earlier = nullptr) {
        auto envelope = desk_.queue.envelope(entry.id);
        const auto content = desk_.queue.content(entry.id);
        if (!envelope || !content) {
            complain(entry.id + ": " + (envelope ? content.error() : envelope.error()) + "; it stays held");
            return exit_no;
        }
        if (envelope->recipients.size() != entry.recipients.size()) {
            complain(entry.id + ": postqueue and postcat name other recipients; it stays held");
            return exit_no;
        }
        const auto reasons = desk_.reasons({entry});
        const auto found = reasons.find(entry.id);
        const auto* reason = found == reasons.end() ? nullptr : &found->second;
        *envelope = as_written(*std::move(envelope), desk_.rules, desk_.names, reason);
        if (const auto why = why_not_sent(*envelope)) {
            complain(entry.id + ": " + *why + "; it stays held");
            return exit_no;
        }
        auto permit = new_permit(desk_, entry, *envelope, reason);
        permit.as = called_.value("--as");
        permit.content = content_digest(policy::parse_message(*content));
        permit.has_left_in_part = earlier != nullptr;
        desk_.permits->write({permit}, purpose::release);
        if (earlier != nullptr) desk_.permits->forget({earlier->token});
        return hand_in_by(permit, *envelope, *content);
    }

    std::optional<int> hand_in_by(const held_permit& permit, const held_envelope& envelope, const std::string& content) {
        const auto said = hand_in(desk_.gateway.held.submit, *desk_.permits, permit, envelope, octets(content));
        switch (said.end) {
        case hand_in_end::accepted: desk_.permits->mark({permit.token}, permit_mark::accepted); return std::nullopt;
        case hand_in_end::unclear:
            complain("mail " + permit.queue_id + ": whether it was taken is not clear (" + text::printable(said.reply, 2000) +
                     "); try the release again, which goes on from there");
            return exit_no;
        case hand_in_end::refused: break;
        }
        const bool has_left_in_part = permit.has_left_in_part || desk_.permits->is_owed(permit.token);
        if (!has_left_in_part) desk_.permits->forget({permit.token});
        complain("mail " + permit.queue_id + " stays held: " + text::printable(said.reply, 2000) +
                 (has_left_in_part
                      ? "; some of its recipients have it already, in copies of their own, and a release that goes on "
                        "sends them no other"
                      : ""));
        return exit_no;
    }

    int finish(const begun_permit& begun) const {
        const auto& permit = begun.permit;
        finish_permits(desk_, {begun});
        if (called_.json())
            print_json_line(json::object{{"change", "released"},
                                         {"queue_id", permit.queue_id},
                                         {"held_by", permit.decision},
                                         {"decision", begun.taken->decision}});
        else
            std::cout << "released  " << permit.queue_id << "  [sealgate " << begun.taken->decision << "]\n";
        return exit_yes;
    }

    const held_desk& desk_;
    const invocation& called_;
    const std::string& id_;
    bool others_are_finished_ = false;
};

} // namespace

int release_held(const held_desk& desk, const invocation& called) {
    for (const auto& as : called.values("--as")) {
        if (policy::rank_named(desk.rules, as)) continue;
        std::vector<std::string> names;
        for (const auto& one : desk.rules.classifications) names.push_back(one.name);
        complain("the policy has no classification " + as + "; it has " + text::join(names, ", "));
        return exit_unusable;
    }
    const auto one_at_a_time = desk.lock();
    return releasing(desk, called).run();
}

} // namespace sealgate::milter
