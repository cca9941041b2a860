// What `sealgate audit` is asked: the filters on its command line as a policy::query. A filter that can't match anything is
// refused with what would do, so that nobody takes a slip of theirs for an answer of the log.
// Tested by audit_commands/show_test.
#pragma once

#include "milter/audit/address_resolver.hpp"
#include "milter/audit_commands/asked_log.hpp"
#include "milter/cli/arguments.hpp"
#include "milter/settings/config.hpp"
#include "policy/audit/query.hpp"

#include <chrono>
#include <optional>

namespace sealgate::milter {

struct period {
    std::optional<std::chrono::system_clock::time_point> since = {}, until = {};
};

// --since and --until; nothing after a complaint.
std::optional<period> period_in(const invocation& called, std::chrono::system_clock::time_point now);

// All filters; nothing after a complaint. Addresses are asked for as the log calls them. A classification or a tier that the
// policy in force does not know is looked for in the log, which may be older than the policy; that throws as audit_reader does.
std::optional<policy::query> question_in(const invocation& called, const config& gateway, const asked_log& log,
                                         const address_resolver& named);

} // namespace sealgate::milter
