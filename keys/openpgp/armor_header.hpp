// Armor headers (RFC 9580 section 6.2.2): the lines between the begin line and the data, which everybody can read. Pure.
#pragma once

#include <string_view>

namespace sealgate::keys {

// Whether a program is known to write such a line. Any other could carry a message of its own.
bool is_usual_armor_header(std::string_view line);

} // namespace sealgate::keys
