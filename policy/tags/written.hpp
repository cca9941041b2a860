// How staff write a classification: its first tag, of a language where one is wanted, as the first pattern of the Subject wants
// it ("[confidential]").
// Tested by tags/written_test and decision/refusal_test.
#pragma once

#include "policy/rules/policy.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace sealgate::policy {

// Empty for a classification without tags; the bare tag where the policy reads none in the Subject.
std::string written_tag(const policy& rules, const classification& which, std::string_view language = {});

// The header fields of a mail of that classification, its Subject first: the tag stands where the policy reads one. Where none
// can be written, since it has no tags or the policy reads labels alone, it has none.
std::string tagged_fields(const policy& rules, const classification& which, const std::string& subject);

// Of all classifications that have one, least sensitive first.
std::vector<std::string> written_tags(const policy& rules, std::string_view language = {});

} // namespace sealgate::policy
