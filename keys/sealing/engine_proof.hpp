// The proof of the engine in process: it seals to a throw-away key, and the other engine opens that.
#pragma once

#include "keys/gnupg/gpg.hpp"
#include "keys/sealing/engine_trust.hpp"

namespace sealgate::keys {

// Gives the trust where gpg opens what librnp sealed, byte for byte and with AES-256, and a key of zeros does not; else
// withdraws it. Takes as long as gpg and its agent take to start. Throws gpg_broken where gpg does not even open what it sealed
// itself: that proves nothing.
void prove_engine(engine_trust& trust, const gpg_options& gpg);

} // namespace sealgate::keys
