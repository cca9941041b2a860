// Columns for people: each as wide as its widest cell, cells printed as they are.
#pragma once

#include <ostream>
#include <string>
#include <vector>

namespace sealgate::milter {

// The first row is the heading; rows may be shorter than it. `indent` is put before each row.
void print_table(std::ostream& out, const std::vector<std::vector<std::string>>& rows, std::string_view indent = "");

// RFC 4180, with LF line ends. What a spreadsheet could take for a formula gets an apostrophe in front, at the beginning of a
// cell and behind what may separate cells: addresses come from strangers.
void print_csv(std::ostream& out, const std::vector<std::vector<std::string>>& rows);

} // namespace sealgate::milter
