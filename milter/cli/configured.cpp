#include "milter/cli/configured.hpp"

#include "milter/base/named_files.hpp"
#include "policy/base/text.hpp"

#include <cstdlib>
#include <iostream>
#include <utility>
#include <vector>

namespace sealgate::milter {

namespace {

void print(const std::vector<yaml::diagnostic>& problems) {
    for (const auto& problem : problems) std::cerr << text::printable(problem.to_string(), 2000) << '\n';
}

} // namespace

std::optional<config> configured(const invocation& called) {
    const auto [gateway, problems] = load_config(called.config_path, read_file);
    if (problems.empty()) return gateway;
    print(problems);
    return std::nullopt;
}

std::optional<config> configured_to_ask(const invocation& called) {
    auto [gateway, problems] = load_config(called.config_path, read_file);
    if (const char* made = std::getenv("STATE_DIRECTORY"); gateway.state.empty() && made != nullptr) gateway.state = made;
    if (!gateway.state.empty()) return std::move(gateway);
    print(problems);
    return std::nullopt;
}

} // namespace sealgate::milter
