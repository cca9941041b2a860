// Sealing in this process, with librnp: no gpg is started. It encrypts to what gpg has judged and to nothing else.
//
// AES-256, one literal packet, not compressed, SEIPD of version 1 (RFC 9580 section 5.13.1), which every recipient's program
// can read. What librnp made is proved elsewhere (keys/sealing/engine_proof, keys/sealing/read_back). One object belongs to one
// thread at a time: librnp has no locks. No memory throws std::bad_alloc.
// contract.md section 3, `encryption.engine`.
#pragma once

#include "keys/rnp/librnp.hpp"
#include "keys/rnp/recipient_cache.hpp"
#include "policy/base/octets.hpp"

#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::keys {

struct rnp_recipient {
    std::string_view certificate; // binary, with one encryption subkey
    std::string subkey;           // its fingerprint, hex digits
};

class rnp_engine {
public:
    rnp_engine();

    // Binary OpenPGP data, to each of these keys, none of them twice; or why librnp does not make it, in one line without
    // content. Not empty: neither the text nor the recipients.
    // They come into being in `room`; what that throws is thrown.
    std::expected<octets, std::string> encrypt(const octet_pieces& text, const std::vector<rnp_recipient>& to,
                                               const octet_room& room = write_in_memory);

private:
    std::string encrypt_into(octet_writer& out, const octet_pieces& text, const std::vector<rnp_recipient>& to);

    rnp_ffi ffi_;
    recipient_cache recipients_;
};

} // namespace sealgate::keys
