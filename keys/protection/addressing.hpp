// Whether an encrypted message is encrypted to a recipient: its key ids against the encryption keys of their certificates.
//
//   yes           each encrypted part names a key of theirs, by its whole fingerprint if by any, and is encrypted by that
//                 key's algorithm
//   unverifiable  no certificate of theirs is known, a part's readers can't be told, or it names a key of theirs that gpg
//                 does not know the algorithm of
//   passphrase    some part names no key at all: it is encrypted to a passphrase
//   no            some part names none of theirs, and has no hidden recipient and no passphrase: they could not
//                 read it, or not they alone
//
// A certificate that gpg here can't read at all counts as its packets say: whoever imported it answers for it (decision 0014).
//
// Expired keys count: who holds one can still read. Keys that are revoked, disabled or invalid do not: someone else may
// hold them. A mail to such a key alone is addressed to nobody. Pure.
#pragma once

#include "keys/certificates/lookup.hpp"
#include "keys/protection/inspect.hpp"
#include "policy/rules/vocabulary.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::keys {

class readership {
public:
    explicit readership(const inspection& seen);

    // The address as policy::address::key() gives it.
    policy::addressed addressed_to(const key_lookup& certificates, std::string_view address_key, time_point now) const;

private:
    struct part {
        std::vector<reader> named; // ordered by key id
        bool has_hidden = false;
        bool has_passphrase = false;

        bool names(const reader& key) const;
    };

    static part part_of(const encrypted_message& message);
    // Of one recipient.
    struct reading_keys {
        std::vector<reader> keys;   // those that count
        std::vector<reader> untold; // those that may
        bool known = false;         // there are others, whether they count or not
    };

    static reading_keys keys_of(const std::vector<shared_certificate>& certificates);
    static policy::addressed of_part(const part& one, const reading_keys& theirs);

    std::vector<part> parts_;
};

inline constexpr std::size_t most_foreign_keys = 100;

// The keys that can read some part and belong to none of these addresses (keys as policy::address::key() gives them):
// each once, in order, no more than most_foreign_keys. Hidden readers have no id and are not among them.
std::vector<std::string> foreign_key_ids(const inspection& seen, const key_lookup& certificates,
                                         const std::vector<std::string>& address_keys, time_point now);

} // namespace sealgate::keys
