// A word that is none of those that would do, and which of them may be meant.
// Tested by load/policy_test and milter/cli/dispatch_test.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sealgate {

// "; did you mean \"x\"?", or nothing where no candidate is near.
std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates);

} // namespace sealgate
