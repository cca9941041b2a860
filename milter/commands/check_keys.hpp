// What `sealgate check` says of keys: which there are and end, which are used, where they are looked for and learned, who is
// told. Tested by e2e/test_found_keys.py and test_key_states.py.
#pragma once

#include "milter/settings/snapshot.hpp"

#include <boost/json.hpp>

#include <string>
#include <vector>

namespace sealgate::milter {

// One line each; mail that needs a key waits for these.
std::vector<std::string> key_problems(const snapshot& live);

// To standard output; problems and remarks to standard error.
void print_keys(const snapshot& live);
boost::json::object keys_as_json(const snapshot& live);

} // namespace sealgate::milter
