// The `encryption` section, and what else says which keys mail is sealed to: part of load_policy.
// Tested by load/policy_test.
#pragma once

#include "policy/base/yaml.hpp"
#include "policy/rules/policy.hpp"

#include <vector>

namespace sealgate::policy {

void load_encryption(const yaml::node& map, yaml::error_sink& errors, encryption& out);

// Its value is the delimiters themselves, as Postfix's recipient_delimiter has them.
void load_recipient_delimiter(const yaml::node& value, yaml::error_sink& errors, encryption& out);

// One source, or a list of them: what vouches most first, each once. `own` has to be among them.
std::vector<key_source> load_key_sources(const yaml::node& value, yaml::error_sink& errors);

} // namespace sealgate::policy
