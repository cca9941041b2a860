// A certificate cut down to one subkey, so that nobody who encrypts to it has a choice. Pure. RFC 9580 section 10.1.
// Tested by store/usability_test.
#pragma once

#include <string>
#include <string_view>

namespace sealgate::keys {

// Of the body of a public key packet, as upper-case hex: RFC 9580 section 5.5.4. Empty for versions other than 4 and 6.
std::string key_fingerprint(std::string_view body);

// This certificate (binary, alone) without its other subkeys. Where the fingerprint is the primary key's, none is left.
std::string with_one_subkey(std::string_view certificate, std::string_view fingerprint);

} // namespace sealgate::keys
