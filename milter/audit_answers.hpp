// `audit show` and `audit stats`: what the log answers, as a table, as JSON lines or as CSV (RFC 4180).
#pragma once

#include "milter/cli.hpp"

#include <fstream>
#include <istream>
#include <string>

namespace sealgate::milter {

// Throws where it cannot be read.
std::ifstream open_log(const std::string& path);

// A line that ends in a line end; a last line that is still being written is none.
bool next_line(std::istream& in, std::string& line);

// Both throw where the log cannot be read, and return an exit_status: exit_no where something was asked for, and nothing
// matches.
int show_records(const invocation& called, const std::string& path);
int show_counts(const invocation& called, const std::string& path);

} // namespace sealgate::milter
