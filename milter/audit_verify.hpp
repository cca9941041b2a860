// `audit verify`: says of an audit log, in plain words, what is proved and what is not.
#pragma once

#include "milter/cli.hpp"
#include "milter/config.hpp"

#include <string>
#include <vector>

namespace sealgate::milter {

// `logs`: files to verify instead of the gateway's own; then `gateway` is not looked at. Returns an exit_status.
int verify_log(const invocation& called, const config& gateway, const std::vector<std::string>& logs);

} // namespace sealgate::milter
