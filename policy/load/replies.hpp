// The section `replies` of policy.yaml: the language of SMTP replies. Its texts are put into ASCII here, so that whatever
// cannot be is an error of the policy and none of a reply.
// Tested by decision/replies_test.
#pragma once

#include "policy/base/yaml.hpp"
#include "policy/rules/policy.hpp"

namespace sealgate::policy {

// After the languages of notices are read.
void load_replies(const yaml::node& section, yaml::error_sink& errors, policy& out);

} // namespace sealgate::policy
