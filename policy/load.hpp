// policy.yaml (CONTRACT section 3) -> policy, with every error listed at once.
//
// Pure: files come through the reader that the caller gives. Includes are named relative to the policy file.
#pragma once

#include "policy/base/yaml.hpp"
#include "policy/rules.hpp"

#include <expected>
#include <functional>
#include <string>
#include <vector>

namespace sealgate::policy {

// The bytes of a file, or why it cannot be read ("no such file").
using file_reader = std::function<std::expected<std::string, std::string>(const std::string& path)>;

// The digest covers the policy file and its includes, in order: `cat policy.yaml include.txt | sha256sum`.
std::expected<policy, std::vector<yaml::diagnostic>> load_policy(const std::string& path, const file_reader& read);

} // namespace sealgate::policy
