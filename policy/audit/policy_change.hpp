// What differs between two policies (state/audit/policies), as the lines that an auditor reads: those that went and those that
// came, each below the keys of the YAML that it stands under. Pure; texts of any content.
// Tested by audit/policy_change_test and e2e/test_audit_policies.py.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::policy {

enum class line_fate : std::uint8_t { went, came };

struct changed_line {
    line_fate fate;
    std::string under; // "rules: confidential:"; empty at the top
    std::string text;
    bool operator==(const changed_line&) const = default;
};

// The text of a policy that was in force, by its digest; nothing where it is not kept.
using policy_texts = std::function<std::optional<std::string>(const std::string& digest)>;

// Without comments and empty lines, in the order of the policies. None where nothing else differs.
std::vector<changed_line> policy_change(std::string_view before, std::string_view after);

// "- rules: internal: deliver", "+ rules: internal: warn": the first `most`, and how many more there are.
std::vector<std::string> in_words(const std::vector<changed_line>& changes, std::size_t most);

// The same of two policies by their digests; one line that says so where only comments differ, or one of them is not kept.
std::vector<std::string> policy_change_in_words(const policy_texts& kept, const std::string& before, const std::string& after,
                                                std::size_t most);

} // namespace sealgate::policy
