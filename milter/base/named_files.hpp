// Files that people name: read whole, with an error for people. The error names no path: callers do.
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <vector>

namespace sealgate::milter {

// A file or a pipe, of at most 1 GiB.
std::expected<std::string, std::string> read_file(const std::string& path);

// "-" is the standard input, whatever that is; else as read_file().
std::expected<std::string, std::string> read_file_or_input(const std::string& path);

// The names in a directory; nothing where there is none.
std::expected<std::optional<std::vector<std::string>>, std::string> list_directory(const std::string& path);

} // namespace sealgate::milter
