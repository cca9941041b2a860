// Whether an encrypted message is encrypted to a recipient: its key ids against the encryption keys of their certificates.
//
//   yes           each encrypted part names a key of theirs
//   no            some part names none, and has no hidden recipient and no passphrase: they could not read it,
//                 or not they alone
//   unverifiable  no certificate of theirs is known, or a part's readers can't be told
//
// Expired keys count: who holds one can still read. Keys that are revoked, disabled or invalid do not: someone else may
// hold them. A mail to such a key alone is addressed to nobody. Pure.
#pragma once

#include "keys/inspect.hpp"
#include "keys/lookup.hpp"
#include "policy/vocabulary.hpp"

#include <string_view>

namespace sealgate::keys {

policy::addressed addressed_to(const inspection& seen, const key_index& certificates, std::string_view address_key);

} // namespace sealgate::keys
