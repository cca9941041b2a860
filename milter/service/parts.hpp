// What parts of the running gateway are made with, by its configuration.
// Tested by e2e/test_status.py and e2e/test_reload.py.
#pragma once

#include "milter/audit/log.hpp"
#include "milter/outbox/queue_runner.hpp"
#include "milter/settings/config.hpp"
#include "policy/rules/policy.hpp"

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

namespace sealgate::milter {

// gpg's homes; what a gateway that was killed left there goes, and so may a gpg that outlived it. The audit log's lock keeps a
// second gateway out.
std::filesystem::path empty_scratch(const std::string& state);

audit_options audit_options_of(const config& gateway, std::function<void(std::string_view)> complain);

bounce_options bounces_of(const policy::policy& rules);

} // namespace sealgate::milter
