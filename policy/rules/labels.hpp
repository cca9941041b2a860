// The label standards of other programs that a policy names (carriers.labels): which of their values stand for which
// classification. Plain values.
// Tested by load/labels_test and labels/reader_test.
#pragma once

#include "policy/rules/vocabulary.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::policy {

// What to do about a label of a named family whose value the policy does not name.
enum class unknown_label : std::uint8_t { near_miss, ignore, counts };

constexpr auto names(unknown_label) {
    using enum unknown_label;
    return std::to_array<named<unknown_label>>({{near_miss, "near-miss"}, {ignore, "ignore"}, {counts, "counts"}});
}

struct label_value {
    std::string spelled; // as the policy spells it
    rank classification = 0;
};

struct label_rules {
    // What a family asks for beside its values: tenants (msip), namespaces (epms, janusseal), instances (nextcloud), each as
    // label_key has it; the name of the field (titus).
    std::vector<std::string> of;
    std::map<std::string, label_value> values; // by label_key
    unknown_label unknown = unknown_label::near_miss;
    rank unknown_as = 0; // if it counts
};

using label_families = std::map<carrier, label_rules>;

// The form in which values are compared: case, width and white space do not matter. UTF-8.
std::string label_key(std::string_view utf8);

// The rules of a family that the policy names.
inline const label_rules* named_family(const label_families& families, carrier which) {
    const auto at = families.find(which);
    return at == families.end() ? nullptr : &at->second;
}

} // namespace sealgate::policy
