// What an engine made, read back before anybody gets it, with the packet reader that judges other people's mail. Pure.
// Tested by sealing/seal_test.
#pragma once

#include "keys/sealing/recipient.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::keys {

// Empty: the ciphertext is one integrity-protected message with AES-256 to exactly the keys asked for: no key more, none less,
// no passphrase, nothing behind it, not less than the entity's octets; and no key of zeros opens it. The cipher is told by the
// length of a session key that is wrapped for a curve, and by nothing where all readers have RSA or ElGamal. Else what the
// engine of that name did, in one line without content.
std::string problem_with_sealed(std::string_view ciphertext, std::size_t entity_size,
                                const std::vector<seal_recipient>& recipients, std::string_view engine);

} // namespace sealgate::keys
