#include "milter/held_commands/steps.hpp"

#include "milter/base/hex_key.hpp"
#include "milter/cli/current_user.hpp"
#include "milter/held/release_step.hpp"
#include "milter/held/waiting_mails.hpp"
#include "policy/audit/query.hpp"

#include <algorithm>

namespace sealgate::milter {

namespace {

policy::held_event_facts event_of(const begun_permit& begun) {
    const auto& permit = begun.permit;
    const bool is_release = begun.what == begun_permit::purpose::release;
    return {.time = std::chrono::system_clock::now(),
            .what = is_release ? policy::held_change::release : policy::held_change::refuse,
            .id = permit.token.substr(0, 16),
            .queue_id = permit.queue_id,
            .decision = permit.decision,
            .released_by = begun.taken ? begun.taken->decision : std::string{},
            .as = permit.as,
            .user = permit.user};
}

} // namespace

int postfix_does_nothing() {
    complain("Postfix does not do what its commands say; see its log");
    return exit_no;
}

const queue_entry* held_entry(const queue_index& queue, const std::string& id) {
    const auto* entry = queue.find(id);
    if (entry != nullptr && entry->is_held()) return entry;
    complain("no mail " + id + " is held; see sealgate held list");
    return nullptr;
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
                    .recipients = envelope.recipients.size(),
                    .envelope = {},
                    .named = {},
                    .content = {},
                    .has_left_in_part = false,
                    .begun = std::chrono::system_clock::now()};
    std::vector<policy::address> who;
    for (const auto& one : envelope.recipients) who.push_back(policy::parse_address(one.address));
    out.envelope = envelope_digest(who);
    return out;
}

void note_permits(const held_desk& desk, const std::vector<begun_permit>& begun) {
    std::vector<held_desk::begun_event> events;
    std::vector<std::string> tokens;
    for (const auto& one : begun) {
        if (one.is_noted) continue;
        events.push_back({.facts = event_of(one), .begun = one.permit.begun});
        tokens.push_back(one.permit.token);
    }
    if (tokens.empty()) return;
    desk.leave_events(events);
    desk.permits->mark(tokens, permit_mark::noted);
}

void finish_permits(const held_desk& desk, const std::vector<begun_permit>& done) {
    note_permits(desk, done);
    std::vector<std::string> decisions, tokens;
    for (const auto& one : done) {
        decisions.push_back(one.permit.decision);
        tokens.push_back(one.permit.token);
    }
    waiting_mails(desk.permits->directory()).forget(decisions);
    desk.permits->forget(tokens);
}

void finish_others(const held_desk& desk, const queue_index& queue, const begun_index& begun,
                   const std::set<std::string>& but) {
    std::vector<begun_permit> done;
    for (const auto& one : begun.all()) {
        if (but.contains(one.permit.queue_id) || (one.taken && but.contains(one.taken->queue_id))) continue;
        const auto next = next_step(one, queue, std::chrono::system_clock::now());
        if (next == release_step::finish) done.push_back(one);
        if (next == release_step::drop) give_up_permit(desk, one.permit);
    }
    finish_permits(desk, done);
}

int give_up_permit(const held_desk& desk, const held_permit& permit) {
    desk.permits->forget({permit.token});
    complain("mail " + permit.queue_id + " is not held any more: somebody else took it out of the hold queue");
    return exit_no;
}

} // namespace sealgate::milter
