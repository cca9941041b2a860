// What `sealgate check` says of mail that is held and forgotten, where it may see Postfix's queue.
// Tested by e2e/test_held.py.
#pragma once

#include "milter/cli/arguments.hpp"
#include "milter/settings/config.hpp"

#include <boost/json/value.hpp>

#include <cstddef>
#include <optional>
#include <string>

namespace sealgate::milter {

struct held_count {
    std::size_t all = 0, forgotten = 0; // forgotten: longer than held.remind
};

// Of --postfix-config. Nothing where the queue cannot be seen: no Postfix that runs, or not for us.
std::optional<held_count> count_held(const config& gateway, const invocation& called);

// On standard error; nothing where none is forgotten.
void remark_on_held(const std::optional<held_count>& held);
boost::json::value as_json(const std::optional<held_count>& held);

} // namespace sealgate::milter
