// Sealing by gpg: an entity encrypted to certificates, and read back before anybody gets it (keys/sealing/read_back).
//
// The cipher is what gpg says it is, and the packets must not contradict. A sealer belongs to one worker and keeps a gpg home
// of its own. What gpg does not do is a seal_error, in one line without content; a disk or memory that is full throws, and so
// does the constructor where gpg cannot be run at all.
#pragma once

#include "keys/gnupg/gpg.hpp"
#include "keys/sealing/recipient.hpp"

#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::keys {

struct seal_error {
    std::string text;
};

class sealer {
public:
    explicit sealer(const gpg_options& options)
        : gpg_(options) {}

    // Binary OpenPGP data. A subkey given twice counts once, also in two certificates; at least one must be given.
    std::expected<std::string, seal_error> seal(std::string_view entity, std::vector<seal_recipient> recipients);

private:
    gpg gpg_;
};

} // namespace sealgate::keys
