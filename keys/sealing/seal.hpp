// Sealing by gpg: an entity encrypted to certificates, and read back before anybody gets it (keys/sealing/read_back).
//
// The cipher is what gpg says it is, and the packets must not contradict. A sealer belongs to one worker and keeps a gpg home
// of its own. What gpg does not do is a seal_error, in one line without content; a disk or memory that is full throws, and so
// does the constructor where gpg cannot be run at all.
#pragma once

#include "keys/gnupg/gpg.hpp"
#include "keys/sealing/recipient.hpp"
#include "policy/base/octets.hpp"

#include <expected>
#include <string>
#include <utility>
#include <vector>

namespace sealgate::keys {

struct seal_error {
    std::string text;
};

class sealer {
public:
    // What is sealed comes into being in `room`.
    explicit sealer(const gpg_options& options, octet_room room = write_in_memory)
        : gpg_(options)
        , room_(std::move(room)) {}

    // Binary OpenPGP data. A subkey given twice counts once, also in two certificates; at least one must be given.
    std::expected<octets, seal_error> seal(const octet_pieces& entity, std::vector<seal_recipient> recipients);

private:
    gpg gpg_;
    octet_room room_;
};

} // namespace sealgate::keys
