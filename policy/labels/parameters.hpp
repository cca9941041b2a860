// Parameters as RFC 2045 section 5.1 writes them and RFC 2231 continues and encodes them, of a field that is nothing else.
//
// Stricter than mime_field, and without its bound: quoted pairs, semicolons in quotes and comments are undone, and what is no
// parameter is told. Linear; never fails.
#pragma once

#include "policy/mail/mime_field.hpp"

#include <string_view>
#include <vector>

namespace sealgate::policy {

struct read_parameters {
    std::vector<mime_parameter> all; // in order of their first piece; names in lower case, values in UTF-8
    bool whole = true;               // the value is that and nothing else, each name once, each continuation complete
};

read_parameters parse_parameters(std::string_view unfolded);

} // namespace sealgate::policy
