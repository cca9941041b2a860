// Keywords, RFC 5322 section 3.6.5: phrases between commas, as Exchange writes categories. Semicolons part them too. Pure,
// linear.
#pragma once

#include "policy/labels/label.hpp"

#include <string_view>
#include <vector>

namespace sealgate::policy {

// Also of what stands in encoded words; malformed: one that cannot be read, or a quoted one that never ends.
std::vector<label> read_keywords(std::string_view unfolded);

} // namespace sealgate::policy
