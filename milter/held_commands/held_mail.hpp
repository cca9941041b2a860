// One held mail as `sealgate held list` and `show` tell of it: who, since when, why, and what to type.
// Tested by e2e/test_held.py.
#pragma once

#include "milter/held/begun_index.hpp"
#include "milter/held_commands/desk.hpp"

#include <boost/json/object.hpp>

#include <string>
#include <vector>

namespace sealgate::milter {

struct held_mail {
    queue_entry entry;
    const boost::json::object* reason = nullptr; // the decision that held it; null: it was held by something else
    const begun_permit* begun = nullptr;         // a release or refusal that is not finished
    bool is_forgotten = false, is_expired = false;
};

// All that is held. What they point to outlives them.
std::vector<held_mail> held_mails(const held_desk& desk, const std::vector<queue_entry>& queue, const held_decisions& reasons,
                                  const begun_index& begun);

// "confidential: bob@yahoo.com no-key"; "not held by sealgate".
std::string why_held(const held_mail& one);
std::string decision_of(const held_mail& one); // or empty
boost::json::object as_json(const held_mail& one);

} // namespace sealgate::milter
