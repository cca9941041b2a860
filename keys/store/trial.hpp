// Whether gpg can do what certificates promise: it is tried, since a curve, a size or a number in a key may be beyond the gpg
// that is here, and mail to that key would be deferred for ever.
//
// The keys are cut down to one subkey each (keys/certificates/one_subkey.hpp), as sealing hands them over, and what gpg makes
// is read back as sealing reads it (keys/sealing/read_back.hpp). One gpg run for many keys, a few more for each that it
// refuses. Throws gpg_broken where gpg fails with a certificate that is known to be good, too: then the fault is not the
// certificates'. Tested by store/usability_test.
#pragma once

#include "keys/certificates/lookup.hpp"
#include "keys/gnupg/gpg.hpp"
#include "keys/sealing/recipient.hpp"

#include <span>
#include <string>

namespace sealgate::keys {

class trial {
public:
    explicit trial(gpg& with)
        : gpg_(with) {}

    // Marks the subkeys that gpg refuses. Only what could be sealed to now is tried.
    void run(std::span<stored_certificate> certificates, time_point now);

    // Throws where gpg can read no certificate at all.
    void require_reading();

private:
    struct attempt {
        subkey* key;
        seal_recipient to;
    };

    void encrypt_to(std::span<const attempt> keys);
    std::string problem_with(std::span<const attempt> keys);
    void require_encrypting();

    gpg& gpg_;
    bool reads_ = false;
    bool encrypts_ = false;
};

// run() for many, on all cores, each with a gpg home of its own.
void try_all(const gpg_options& options, std::span<stored_certificate> certificates, time_point now);

} // namespace sealgate::keys
