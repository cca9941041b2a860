// What a command prints with --json: one object a line, in which nothing is left that a terminal would obey.
// Tested by e2e/test_keys_due.py.
#pragma once

#include <boost/json.hpp>

namespace sealgate::milter {

// To standard output.
void print_json_line(const boost::json::value& what);

} // namespace sealgate::milter
