// Any bytes as policy.yaml: a policy or a list of diagnostics, never a crash, and a policy whose invariants hold.

#include "policy/load.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace sealgate;
    const std::string text(reinterpret_cast<const char*>(data), size);
    const auto read = [&](const std::string& path) -> std::expected<std::string, std::string> {
        if (path == "policy.yaml") return text;
        return std::unexpected("cannot be read");
    };
    const auto loaded = policy::load_policy("policy.yaml", read);
    if (!loaded) {
        if (loaded.error().empty()) std::abort();
        for (const auto& problem : loaded.error())
            if (problem.at.line < 1 || problem.at.column < 1 || problem.text.empty()) std::abort();
        return 0;
    }
    if (loaded->classifications.empty() || loaded->rules.size() != loaded->classifications.size()) std::abort();
    for (const auto& row : loaded->rules)
        if (row.cells.size() != loaded->tiers.size()) std::abort();
    return 0;
}
