// The key that hashes addresses in the audit log (policy/audit/pseudonym.hpp), in a file of its own, kept apart from the log:
// 64 hex digits, mode 0600. Without it nobody can tell who is meant; destroying it makes that final.
// Tested by service/secret_files_test.
#pragma once

#include "milter/settings/config.hpp"
#include "policy/audit/pseudonym.hpp"

namespace sealgate::milter {

enum class if_missing : std::uint8_t { make, fail };

// How the log calls people. Throws std::runtime_error, or std::system_error, where the key is needed and can't be read or made.
policy::pseudonyms load_pseudonyms(const audit_settings& settings, if_missing what);

} // namespace sealgate::milter
