// Every policy that was in force, beside the audit log, whose records name it by its digest: state/audit/policies/HEX is what
// the digest is of, `cat policy.yaml LIST… texts/*.yaml`, so that sha256sum proves it.
// Tested by e2e/test_audit_policies.py.
#pragma once

#include "policy/audit/policy_change.hpp"

#include <expected>
#include <filesystem>
#include <string>
#include <string_view>

namespace sealgate::milter {

// On disk when it returns; one that is there stays. Throws std::system_error.
void keep_policy(const std::filesystem::path& audit_directory, std::string_view digest, std::string_view text);

// By its digest ("sha256:…"), or by as many of its first hex digits as tell it from others. The error says what is wrong: none,
// several, or it is not what its name says.
std::expected<std::string, std::string> kept_policy(const std::filesystem::path& audit_directory, std::string_view digest);

// The same for policy/audit/policy_change.hpp: nothing where it is not kept.
policy::policy_texts kept_policies(const std::filesystem::path& audit_directory);

} // namespace sealgate::milter
