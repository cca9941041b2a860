// What a release and a refusal do alike: they begin with a permit, go on step by step as Postfix's queue shows them, and end
// with an event.
// Tested by e2e/test_held.py.
#pragma once

#include "milter/held/begun_index.hpp"
#include "milter/held_commands/desk.hpp"

#include <boost/json/object.hpp>

#include <optional>
#include <set>
#include <string>
#include <vector>

namespace sealgate::milter {

// The status where so many steps have come to no end: each changes what is seen, and a Postfix that does not do what it says
// would not.
int postfix_does_nothing();

// Null after a complaint that no such mail is held.
const queue_entry* held_entry(const queue_index& queue, const std::string& id);

// By whoever runs this. `reason`: the decision that held it, or null. Not on disk yet.
held_permit new_permit(const held_desk& desk, const queue_entry& entry, const held_envelope& envelope,
                       const boost::json::object* reason);

// Their events are on disk when it returns. Before what cannot be taken back, so that nothing is done that no record has; after
// a crash one may be there twice, with the same id.
void note_permits(const held_desk& desk, const std::vector<begun_permit>& begun);

// Of what is done, and noted: nothing of it is left.
void finish_permits(const held_desk& desk, const std::vector<begun_permit>& done);

// Those that a command left behind when it was killed at its end, but not those about these mails.
void finish_others(const held_desk& desk, const queue_index& queue, const begun_index& begun, const std::set<std::string>& but);

// Somebody else took the mail out of the queue: told, and nothing of the permit is left.
int give_up_permit(const held_desk& desk, const held_permit& permit);

} // namespace sealgate::milter
