// How staff write a classification: its first tag, of a language where one is wanted, as the first pattern of the Subject wants
// it
// ("[confidential]").
// Tested by decision/refusal_test.
#pragma once

#include "policy/rules/policy.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace sealgate::policy {

// Empty for a classification without tags; the bare tag where the policy reads none in the Subject.
std::string written_tag(const policy& rules, const classification& which, std::string_view language = {});

// Of all classifications that have one, least sensitive first.
std::vector<std::string> written_tags(const policy& rules, std::string_view language = {});

} // namespace sealgate::policy
