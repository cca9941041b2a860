// policy.yaml (contract.md section 3) -> policy, with every error listed at once.
//
// Pure: files come through the reader that the caller gives. Includes are named relative to the policy file; a list of domains
// that is not there is looked for among those that ship (load/tiers.hpp).
#pragma once

#include "policy/base/yaml.hpp"
#include "policy/rules/policy.hpp"

#include <expected>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace sealgate::policy {

// The bytes of a file, or why it cannot be read ("no such file").
using file_reader = std::function<std::expected<std::string, std::string>(const std::string& path)>;

// The names in a directory; nothing where there is no such directory, or why it cannot be read.
using directory_reader =
    std::function<std::expected<std::optional<std::vector<std::string>>, std::string>(const std::string& path)>;

// The digest covers the policy file, its includes and its texts, in order: `cat policy.yaml include.txt texts/*.yaml |
// sha256sum`. Without `list` there are no texts but those that ship, and lists stand beside the
// policy alone.
std::expected<policy, std::vector<yaml::diagnostic>> load_policy(const std::string& path, const file_reader& read,
                                                                 const directory_reader& list = {});

} // namespace sealgate::policy
