// A size as people read it.
#pragma once

#include <cstdint>
#include <string>

namespace sealgate {

// "10.2 MB", "640 kB", "12 octets": decimal, and never more than it is.
std::string octets_text(std::uint64_t octets);

} // namespace sealgate
