// Sealing: an entity encrypted to certificates, and read back before anybody gets it.
//
// What gpg made is walked with the packet reader that judges other people's mail. It is returned only if it
// is one integrity-protected message with AES-256 to exactly the keys asked for: no key more, none less, no passphrase,
// nothing behind it. The cipher is what gpg says it is, and the packets must not contradict: a session key that is wrapped
// for a curve shows its length. A sealer belongs to one worker and keeps a gpg home of its own. What gpg
// does not do is a seal_error, in one line without content; a disk or memory that is full throws, and so does the constructor
// where gpg cannot be run at all.
#pragma once

#include "keys/certificates/lookup.hpp"
#include "keys/gnupg/gpg.hpp"

#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::keys {

struct seal_recipient {
    std::shared_ptr<const std::string> certificate; // binary, alone, with the one subkey
    std::string fingerprint;                        // of the certificate
    std::string subkey;                             // fingerprint of the encryption subkey
    std::string key_id;                             // of that, which the ciphertext must name
};

struct seal_error {
    std::string text;
};

// The certificate must be usable at that time.
seal_recipient recipient_for(const stored_certificate& stored, time_point now);

class sealer {
public:
    explicit sealer(const gpg_options& options)
        : gpg_(options) {}

    // Binary OpenPGP data. A subkey given twice counts once, also in two certificates; at least one must be given.
    std::expected<std::string, seal_error> seal(std::string_view entity, std::vector<seal_recipient> recipients);

private:
    gpg gpg_;
};

// The reading back by itself. Empty: the ciphertext is what was asked for.
std::string problem_with_sealed(std::string_view ciphertext, std::string_view entity,
                                const std::vector<seal_recipient>& recipients);

} // namespace sealgate::keys
