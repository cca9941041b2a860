// What is said where a question has no answer: an empty table reads as "no", and may be a slip.
// Tested by e2e/test_audit_questions.py.
#pragma once

#include "milter/audit/address_resolver.hpp"
#include "milter/audit_commands/asked_log.hpp"
#include "policy/audit/query.hpp"

namespace sealgate::milter {

// Of each domain, sender and recipient that was asked for: that the log has none like it, and what is near, or how often it
// does have it. Reads the whole log. Throws as audit_reader does.
void tell_what_is_not_there(const policy::query& asked, const asked_log& log, const address_resolver& named);

} // namespace sealgate::milter
