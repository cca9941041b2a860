// The end of a file of lines: where its last whole line ends, whatever a crash left behind it.
//
// Errors are std::system_error and name the file.
// Tested by audit/log_test.
#pragma once

#include <filesystem>
#include <string>
#include <sys/types.h>

namespace sealgate::milter {

// The octets [from, to) of an open file; fewer are an error.
std::string read_range(int descriptor, off_t from, off_t to, const std::filesystem::path& path);

// Offset just behind the last line end before `end`, or 0. Reads backwards, no more than it takes.
off_t line_start(int descriptor, off_t end, const std::filesystem::path& path);

} // namespace sealgate::milter
