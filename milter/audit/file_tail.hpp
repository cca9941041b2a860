// Places in a file of lines: where its last whole line ends, whatever a crash left behind it, and the line at a place.
//
// Errors are std::system_error and name the file.
// Tested by audit/log_test.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <sys/types.h>

namespace sealgate::milter {

// The octets [from, to) of an open file; fewer are an error.
std::string read_range(int descriptor, off_t from, off_t to, const std::filesystem::path& path);

// Offset just behind the last line end before `end`, or 0. Reads backwards, no more than it takes.
off_t line_start(int descriptor, off_t end, const std::filesystem::path& path);

// The whole line that begins there, without its line end; one longer than that is cut to `most`. Nothing where none begins
// there.
std::optional<std::string> line_at(int descriptor, off_t at, std::size_t most, const std::filesystem::path& path);

} // namespace sealgate::milter
