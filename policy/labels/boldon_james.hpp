// Labels of Boldon James: x-bjprotectivemarking, XML that names what was chosen by GUIDs alone. Pure and linear.
#pragma once

#include "policy/labels/label.hpp"

#include <string_view>

namespace sealgate::policy {

// The uid of each element; malformed where it is no such XML, or names none.
label read_boldon_james(std::string_view unfolded);

} // namespace sealgate::policy
