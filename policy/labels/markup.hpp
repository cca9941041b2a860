// The little XML that labels are written in: elements, their attributes and their text.
//
// No document types, no entities but the five and numbers, no CDATA: what has them is none. Names lose their namespace prefix.
// Linear; never fails; nothing nests, so that depth costs nothing.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sealgate::policy {

struct markup_element {
    std::string name;
    std::vector<std::pair<std::string, std::string>> attributes;
    std::string text = {}; // directly within it, UTF-8 as it was given

    // Empty where there is none.
    std::string_view attribute(std::string_view wanted) const;
};

// All elements in the order in which they begin; nothing where it is not well-formed.
std::optional<std::vector<markup_element>> parse_markup(std::string_view document);

} // namespace sealgate::policy
