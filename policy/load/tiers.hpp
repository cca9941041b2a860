// The `tiers` section and lists of domains: part of load_policy, used by nobody else.
// Tested by load/policy_test.
#pragma once

#include "policy/base/yaml.hpp"
#include "policy/load/policy.hpp"
#include "policy/rules/tiers.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::policy {

// Lists that ship with the program. One of the same name beside the policy counts instead.
inline constexpr std::string_view shipped_lists = "/usr/share/sealgate/";

struct include_context {
    std::string policy_path;
    const file_reader& read;
    const directory_reader& list;
    std::string& covered;            // grows by the bytes of each included file
    std::vector<std::string>& lists; // and this by its path
};

// A path as the file that names it means it.
std::string beside(const std::string& file, const std::string& name);

void load_tiers(const yaml::node& map, yaml::error_sink& errors, const include_context& includes, tier_table& out);

void load_domains(const yaml::node& list, yaml::error_sink& errors, tier_id tier, tier_table& out);

// The key names a tier; if it does not, the nearest name is suggested.
std::optional<tier_id> require_tier(const yaml::node& key, yaml::error_sink& errors, const tier_table& tiers);

} // namespace sealgate::policy
