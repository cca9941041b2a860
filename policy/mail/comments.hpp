// The comments of a structured field's value (RFC 5322 section 3.2.2). Pure; linear.
// Tested by tags/near_miss_fields_test.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace sealgate::policy {

// A value without its comments: they nest, and "\\" takes the next character's meaning. One that never ends is none, so that
// "(" cannot hide a value; where it would begin, the value ends for other readers.
struct commented_value {
    std::string text;
    std::optional<std::string> before_open_comment = {};
};

commented_value without_comments(std::string_view value);

} // namespace sealgate::policy
