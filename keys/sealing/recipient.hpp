// To whom a message is sealed: one encryption subkey, in a certificate that has no other. Pure.
// Tested by sealing/seal_test.
#pragma once

#include "keys/certificates/lookup.hpp"

#include <memory>
#include <string>
#include <vector>

namespace sealgate::keys {

struct seal_recipient {
    std::shared_ptr<const std::string> certificate; // binary, alone, with the one subkey
    std::string fingerprint;                        // of the certificate
    std::string subkey;                             // fingerprint of the encryption subkey
    std::string key_id;                             // of that, which the ciphertext must name
};

// The certificate must be usable at that time.
seal_recipient recipient_for(const stored_certificate& stored, time_point now);

// A subkey given twice counts once, also in two certificates.
std::vector<seal_recipient> each_once(std::vector<seal_recipient> recipients);

} // namespace sealgate::keys
