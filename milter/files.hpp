// Files that people name: read whole, with an error for people. The error names no path: callers do.
#pragma once

#include <expected>
#include <string>

namespace sealgate::milter {

// A regular file of at most 1 GiB.
std::expected<std::string, std::string> read_file(const std::string& path);

} // namespace sealgate::milter
