// Protective markings of the Australian Email Protective Marking Standard: the field X-Protective-Marking, and [SEC=…] in a
// Subject. Janusseal writes the same field for other organisations, in namespaces of their own and with class values that may
// be hashes.
//
// KEY=VALUE between commas, where a backslash takes a character's meaning; the value of SEC is what counts, as a whole, and of
// a CAVEAT where the policy names it. Any version will do, and keys that a later one adds. What has no SEC, or several, is
// malformed. Pure and linear.
#pragma once

#include "policy/labels/label.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace sealgate::policy {

struct protective_marking {
    label what;
    std::string space; // NS, folded; empty where it names none
};

// The field's value, in UTF-8.
protective_marking read_protective_marking(std::string_view utf8);

// Whether a namespace (folded) is one of these, or below it: vic.gov.au is below gov.au.
bool is_namespace_of(std::string_view space, const std::vector<std::string>& of);

// In a decoded Subject, in brackets; in other brackets than [ and ], without them or an end, and miswritten ("[SEC:…]",
// "[SCE=…]") it is malformed.
std::vector<placed_label> protective_markings_in(std::string_view subject);

} // namespace sealgate::policy
