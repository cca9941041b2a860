// What may stand around the parts of an encrypted message (RFC 2046 section 5.1.1): the sentences that mail programs are
// known to write there for readers without MIME. Nobody is shown a preamble or an epilogue, and whoever reads the wire
// reads it; so anything else there is readable text beside the encrypted. Pure.
// Tested by protection/inspect_test.
#pragma once

#include <string_view>

namespace sealgate::keys {

// Whether a preamble or an epilogue holds white space and known sentences alone.
bool says_nothing(std::string_view around_parts);

} // namespace sealgate::keys
