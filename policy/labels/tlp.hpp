// The Traffic Light Protocol (FIRST, 2.0 of 2022, and what is left of 1.0): TLP:RED, TLP:AMBER+STRICT, TLP:AMBER, TLP:GREEN,
// TLP:CLEAR in a Subject, or in a field TLP or X-TLP.
//
// Case, width and white space do not matter, and WHITE is CLEAR. What is said with "STRICT" behind AMBER is AMBER+STRICT
// however the two are joined. Malformed is a colour without the one colon ("TLP RED", "TPL:RED"), and one to which something
// else is tied ("TLP:AMBER+STRIKT"); a second colour there counts, too. Pure and linear.
#pragma once

#include "policy/labels/label.hpp"

#include <array>
#include <string_view>
#include <vector>

namespace sealgate::policy {

// As a policy names them.
inline constexpr auto tlp_colours = std::to_array<std::string_view>({"RED", "AMBER+STRICT", "AMBER", "GREEN", "CLEAR"});

// In a decoded Subject.
std::vector<placed_label> tlp_labels_in(std::string_view subject);

// The value of a field, in UTF-8; "TLP:" may stand there or not.
std::vector<label> read_tlp(std::string_view utf8);

} // namespace sealgate::policy
