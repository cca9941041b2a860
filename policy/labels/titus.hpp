// Labels of Titus: x-titus-metadata-40, base64 of JSON in which an organisation's own fields have values. Pure and linear.
#pragma once

#include "policy/labels/label.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace sealgate::policy {

// What those fields (named as label_key has them) say. Malformed where it is no such JSON, or has none of them.
label read_titus(std::string_view unfolded, const std::vector<std::string>& fields);

} // namespace sealgate::policy
