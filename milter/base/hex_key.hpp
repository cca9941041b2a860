// A secret key in a file of its own: 64 hex digits in lower case, mode 0600. What cannot be read or written throws
// std::system_error.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace sealgate::milter {

// 256 bits from the system.
std::string new_hex_key();

// Nothing where what stands there is no such key.
std::optional<std::string> read_hex_key(const std::filesystem::path& file);

// In a directory that is made private where there is none.
void write_hex_key(const std::filesystem::path& file, const std::string& key);

} // namespace sealgate::milter
