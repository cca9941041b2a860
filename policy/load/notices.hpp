// The `notices` section and the texts beside the policy: part of load_policy, used by nobody else.
// Tested by load/policy_test.
#pragma once

#include "policy/base/yaml.hpp"
#include "policy/load/tiers.hpp"
#include "policy/rules/policy.hpp"

namespace sealgate::policy {

// Fills out.notices; needs out.tiers. `section`: null where the policy has none.
void load_notices(const yaml::node* section, yaml::error_sink& errors, const include_context& includes,
                  const directory_reader& list, policy& out);

} // namespace sealgate::policy
