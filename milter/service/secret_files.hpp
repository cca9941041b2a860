// Files whose content only the gateway's user may know: the key that signs checkpoints, those of keyed addresses and threads.
// The gateway makes them with mode 0600; an administrator who puts one there by hand may forget it, and auditors are in the
// gateway's group.
#pragma once

#include "milter/settings/config.hpp"

#include <string>
#include <vector>

namespace sealgate::milter {

// Those that others than their owner may read. What is missing, or cannot be looked at, is not among them.
std::vector<std::string> exposed_secret_files(const config& gateway);
// One phrase each, with what to do.
std::vector<std::string> exposed_secrets(const config& gateway);

// Those with which the gateway would not start, or would make a new one although the log has been written with another: the
// same way.
std::vector<std::string> unusable_secrets(const config& gateway);

} // namespace sealgate::milter
