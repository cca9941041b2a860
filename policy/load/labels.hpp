// carriers.labels of policy.yaml to rules/labels: families of label standards by name, each with its values.
#pragma once

#include "policy/base/yaml.hpp"
#include "policy/rules/policy.hpp"

namespace sealgate::policy {

// Into out.carriers.labels; the classifications must be there. `map`: carriers.labels.
void load_labels(const yaml::node& map, yaml::error_sink& errors, policy& out);

} // namespace sealgate::policy
