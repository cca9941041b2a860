#include "milter/cli/configured.hpp"

#include "milter/base/named_files.hpp"
#include "policy/base/text.hpp"

#include <iostream>

namespace sealgate::milter {

std::optional<config> configured(const invocation& called) {
    const auto [gateway, problems] = load_config(called.config_path, read_file);
    if (problems.empty()) return gateway;
    for (const auto& problem : problems) std::cerr << text::printable(problem.to_string(), 2000) << '\n';
    return std::nullopt;
}

} // namespace sealgate::milter
