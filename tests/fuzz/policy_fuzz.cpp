// Any bytes as policy.yaml, and as a file of texts: a policy or a list of diagnostics, never a crash, and a policy whose
// invariants hold.

#include "policy/load/policy.hpp"
#include "policy/load/texts.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

namespace {

// A new language is whole, or there are errors.
void read_texts(const std::string& text) {
    using namespace sealgate;
    std::vector<yaml::diagnostic> problems;
    yaml::error_sink errors("xx.yaml", problems);
    std::vector<policy::language_texts> languages;
    policy::load_language("xx", text, errors, policy::tier_table{}, languages);
    for (const auto& problem : problems)
        if (problem.at.line < 1 || problem.at.column < 1 || problem.text.empty()) std::abort();
    if (!problems.empty()) return;
    for (const auto& one : languages)
        for (const auto& rule : policy::text_rules())
            if (one.text(rule.name).empty()) std::abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace sealgate;
    const std::string text(reinterpret_cast<const char*>(data), size);
    read_texts(text);
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
