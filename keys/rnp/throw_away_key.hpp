// A key pair that nobody needs later: what is sealed to it shows whether an engine does what it should.
// Tested by rnp/engine_test.
#pragma once

#include <expected>
#include <string>

namespace sealgate::keys {

// Curve25519, made in a millisecond.
struct throw_away_key {
    std::string certificate; // binary
    std::string secret;      // binary, with the certificate; not protected
    std::string fingerprint; // of the certificate; hex digits, as all names here
    std::string subkey;      // fingerprint of its encryption subkey
    std::string key_id;      // of that
};

// Or why librnp makes none.
std::expected<throw_away_key, std::string> make_throw_away_key();

} // namespace sealgate::keys
