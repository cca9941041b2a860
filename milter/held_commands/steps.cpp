#include "milter/held_commands/steps.hpp"

#include "milter/base/hex_key.hpp"
#include "milter/cli/current_user.hpp"
#include "milter/held/waiting_mails.hpp"
#include "policy/audit/query.hpp"

#include <algorithm>

namespace sealgate::milter {

int run_steps(int most, const std::function<std::optional<int>()>& step) {
    for (int i = 0; i < most; ++i)
        if (const auto end = step()) return *end;
    return postfix_does_nothing();
}

int postfix_does_nothing() {
    complain("Postfix does not do what its commands say; see its log");
    return exit_no;
}

std::optional<queue_entry> held_entry(const std::vector<queue_entry>& queue, const std::string& id) {
    const auto held = held_desk::held_of(queue);
    const auto entry = std::ranges::find(held, id, &queue_entry::id);
    if (entry != held.end()) return *entry;
    complain("no mail " + id + " is held; see sealgate held list");
    return std::nullopt;
}

held_permit new_permit(const held_desk& desk, const queue_entry& entry, const held_envelope& envelope,
                       const boost::json::object* reason) {
    held_permit out{.token = new_hex_key().substr(0, 32),
                    .queue_id = entry.id,
                    .arrival = entry.arrival,
                    .decision = reason ? std::string(policy::text_in(*reason, "id").value_or("")) : std::string{},
                    .as = {},
                    .user = current_user(desk.names),
                    .login = reason && policy::text_in(*reason, "user"),
                    .sender = envelope.sender,
                    .recipients = {},
                    .content = {},
                    .begun = std::chrono::system_clock::now()};
    for (const auto& one : envelope.recipients) out.recipients.push_back(one.address);
    return out;
}

void finish_permit(const held_desk& desk, const held_permit& permit, policy::held_change what, const std::string& released_by) {
    desk.leave_event({.time = std::chrono::system_clock::now(),
                      .what = what,
                      .id = permit.token.substr(0, 16),
                      .queue_id = permit.queue_id,
                      .decision = permit.decision,
                      .released_by = released_by,
                      .as = permit.as,
                      .user = permit.user});
    waiting_mails(desk.permits->directory()).forget(permit.decision);
    desk.permits->forget(permit.token);
}

int give_up_permit(const held_desk& desk, const held_permit& permit) {
    desk.permits->forget(permit.token);
    complain("mail " + permit.queue_id + " is not held any more: somebody else took it out of the hold queue");
    return exit_no;
}

} // namespace sealgate::milter
