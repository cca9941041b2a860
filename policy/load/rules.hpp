// The `rules` section and the names it refers to: part of load_policy, used by nobody else.
// Tested by load/policy_test.
#pragma once

#include "policy/base/yaml.hpp"
#include "policy/rules/policy.hpp"

#include <optional>
#include <string_view>

namespace sealgate::policy {

// Fills out.rules; needs out.classifications and out.tiers.
void load_rules(const yaml::node& map, yaml::error_sink& errors, policy& out);

std::optional<rank> find_classification(const policy& rules, std::string_view name);

// The value names a classification; if it does not, the nearest name is suggested.
std::optional<rank> classification_named(const yaml::node& value, yaml::error_sink& errors, const policy& rules);

// A complete address with a domain.
std::optional<address> load_address(const yaml::node& value, yaml::error_sink& errors);

} // namespace sealgate::policy
