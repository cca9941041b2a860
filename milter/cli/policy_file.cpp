#include "milter/cli/policy_file.hpp"

#include "milter/base/named_files.hpp"
#include "policy/load/policy.hpp"

#include <utility>

namespace sealgate::milter {

std::optional<policy::policy> policy_in(const std::string& file) {
    auto out = policy::load_policy(file, read_file, list_directory);
    if (out) return *std::move(out);
    for (const auto& error : out.error()) complain(error.to_string());
    return std::nullopt;
}

} // namespace sealgate::milter
