// What is to be said of a store that its certificates do not say.
// Tested by store/doubts_test.
#pragma once

#include "keys/certificates/lookup.hpp"

#include <string>
#include <vector>

namespace sealgate::keys {

struct store_findings {
    std::vector<std::string> problems; // one line a file
    key_doubts doubts = {};            // whose certificates are there and cannot be read now
};

} // namespace sealgate::keys
