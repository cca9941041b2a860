// A Subject without the policy's tags (carriers.strip): what they say is the organisation's own business. Pure; linear.
// Tested by tags/strip_test.
#pragma once

#include "policy/rules/policy.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace sealgate::policy {

// The field's value as it leaves, with its leading space, encoded anew (RFC 2047) where it is not ASCII or long. Nothing where
// no tag stands in it, or where it cannot be read for certain: then it stays.
std::optional<std::string> without_tags(const policy& rules, std::string_view value);

} // namespace sealgate::policy
