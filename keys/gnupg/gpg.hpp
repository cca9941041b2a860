// GnuPG, as this program uses it: certificates in, certificates out, encryption; and decryption, where another engine is to be
// proved. Only this room uses GPGME.
//
// One object belongs to one thread at a time, and has a gpg home of its own that nothing else uses, so that
// callers never wait for each other's locks. Every operation is one gpg process, which never asks, never goes
// to the network, and starts no agent but where it is to decrypt. Errors: an operation that gpg refuses is std::expected (one
// line for people); a gpg that cannot be run, or does not answer in time, throws gpg_broken. A gpg that hangs is left to
// itself: its pipes are closed, its process is not ours to end. Tested by store/store_test and sealing/seal_test.
#pragma once

#include "keys/certificates/certificate.hpp"
#include "policy/base/octets.hpp"

#include <chrono>
#include <cstddef>
#include <expected>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::keys {

struct gpg_options {
    std::filesystem::path program = "/usr/bin/gpg";
    std::filesystem::path scratch;                                // the home is made below it, and removed again
    std::chrono::milliseconds deadline = std::chrono::minutes(1); // of one operation
    bool decrypts = false;                                        // with an agent of its own, which ends with the home
    bool repairs = true;                                          // what it imports: verifies all once more
};

// What tells this gpg from another: what it says of its version and its library's, and the file that it is. Throws gpg_broken.
std::string identity_of_gpg(const gpg_options& options);

struct named_certificate {
    std::string_view fingerprint; // hex digits
    std::string_view binary;
};

// What was encrypted, or decrypted.
struct gpg_message {
    sealgate::octets octets; // binary
    unsigned cipher;         // RFC 9580 section 9.3, as gpg tells it; 0: it did not
};

// The cipher that every message gets, whatever its readers prefer: RFC 9580 section 9.3.
inline constexpr unsigned aes256 = 9;

class gpg_broken : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

class gpg {
public:
    explicit gpg(const gpg_options& options);
    ~gpg();
    gpg(gpg&&) noexcept;
    gpg& operator=(gpg&&) noexcept;

    // Encrypts with AES-256 to the newest encryption subkey of each certificate. Not compressed. What is encrypted comes into
    // being in `room`; what that throws is thrown.
    std::expected<gpg_message, std::string> encrypt(const octet_pieces& plaintext,
                                                    const std::vector<named_certificate>& certificates,
                                                    const octet_room& room = write_in_memory);

    // The certificates in binary data, in their order. What gpg does not understand is left out, and it may
    // be that everything behind it is too. Nothing is kept.
    std::vector<certificate> list(std::string_view certificates);

    // Merges certificates and revocations into this home. How many it looked at: fewer than there are where it stopped at one
    // that it does not understand. What it looked at it need not have taken.
    std::size_t import(std::string_view binary);

    // With a secret key that was imported and is not protected. For an object that `decrypts`.
    std::expected<gpg_message, std::string> decrypt(std::string_view ciphertext);

    // All certificates of this home, binary.
    std::expected<std::string, std::string> export_all();

private:
    struct state;
    std::unique_ptr<state> state_;
};

} // namespace sealgate::keys
