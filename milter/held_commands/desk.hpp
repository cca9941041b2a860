// What every `sealgate held` command works with: both files, Postfix's queue, what is begun, the log's reasons. For root.
// Tested by e2e/test_held.py.
#pragma once

#include "milter/cli/dispatch.hpp"
#include "milter/held/decisions.hpp"
#include "milter/held/permits.hpp"
#include "milter/held/queue_index.hpp"
#include "milter/postfix/queue.hpp"
#include "milter/settings/config.hpp"
#include "policy/audit/held_event.hpp"
#include "policy/audit/pseudonym.hpp"
#include "policy/rules/policy.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace sealgate::milter {

struct held_desk {
    config gateway;
    policy::policy rules;
    postfix_queue queue;
    std::string postfix_option; // " --postfix-config DIR", for commands that are shown; or empty
    policy::pseudonyms names;
    std::unique_ptr<held_permits> permits;

    // All that Postfix has; nothing after a complaint.
    std::optional<std::vector<queue_entry>> look() const;
    // For what is changed by it: lines that cannot be read may be of any mail, and then it is none.
    std::optional<queue_index> look_to_change() const;
    // Those that are held, the oldest first.
    static std::vector<queue_entry> held_of(const std::vector<queue_entry>& queue);
    // One command at a time changes what is held; who has to wait for that says so.
    std::unique_ptr<keys::file_lock> lock() const;
    // What is begun, files that cannot be read complained of.
    std::vector<begun_permit> begun() const;
    held_decisions reasons(const std::vector<queue_entry>& held) const;
    // On disk when it returns. `begun`: the same whenever it is left, so that it stands there once.
    struct begun_event {
        policy::held_event_facts facts;
        wall_time begun;
    };
    void leave_events(const std::vector<begun_event>& events) const;
};

// Nothing after a complaint: not root, or a file with errors.
std::optional<held_desk> held_desk_of(const invocation& called);

// Who may let a held mail go: whoever is root where the queue lies.
std::string who_may_release();

} // namespace sealgate::milter
