// A label as a reader of its family understood it: what every reader of this room makes of a field.
// Tested by labels/reader_test.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace sealgate::policy {

struct label {
    std::string text;                     // for people: as the sender's program wrote it
    std::vector<std::string> values = {}; // by which a policy may name it; each that it names counts
    bool malformed = false;               // not as its standard has it, so that it may say more than its values do
};

// Where a label stands in a text.
struct placed_label {
    label what;
    std::size_t begin = 0; // octets
    std::size_t end = 0;
};

} // namespace sealgate::policy
