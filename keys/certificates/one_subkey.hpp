// A certificate cut down to one subkey, so that nobody who encrypts to it has a choice. Pure. RFC 9580 section 10.1.
// Tested by store/usability_test.
#pragma once

#include <string>
#include <string_view>

namespace sealgate::keys {

// This certificate (binary, alone) without its other subkeys. Where the fingerprint is the primary key's, none is left.
std::string with_one_subkey(std::string_view certificate, std::string_view fingerprint);

} // namespace sealgate::keys
