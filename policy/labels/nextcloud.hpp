// Labels of Nextcloud Mail: X-NC-Governance-Label, "id=LABEL; origin=INSTANCE". A label of another instance says nothing
// here. Pure and linear.
#pragma once

#include "policy/labels/label.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::policy {

// `instances`: as label_key has them.
std::optional<label> read_nextcloud(std::string_view unfolded, const std::vector<std::string>& instances);

} // namespace sealgate::policy
