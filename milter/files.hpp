// Whole files and directories, with errors that say the path and the system's reason.
#pragma once

#include <expected>
#include <stdexcept>
#include <string>

namespace sealgate::milter {

// The bytes of a regular file of at most 1 GiB; "-" is not special. The error names no path: callers do.
std::expected<std::string, std::string> read_file(const std::string& path);

// Makes the directory and those above it, mode 0700; throws std::runtime_error if that fails.
void make_private_directory(const std::string& path);

} // namespace sealgate::milter
