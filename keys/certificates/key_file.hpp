// A file that people hand in as "the key": certificates and revocations, as bytes, before gpg sees them.
//
// Armored or binary, in whatever shape it arrived (keys/openpgp/lenient_armor.hpp). Each certificate stands for itself: one
// that can't be read takes no other with it, but for what it revokes, which is kept. Secret keys are refused, whatever else is
// in the file. Errors and problems are one line for people and say what the file is instead. Pure.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::keys {

struct certificate_piece {
    std::string fingerprint;  // empty: of a version that this program does not know
    std::uint8_t version = 0; // of its primary key
    std::string binary;
};

struct revocation_piece {
    std::string issuer; // fingerprint or key id, upper-case hex; empty: not said
    std::string binary;
    bool is_of_damaged = false; // it stood in a certificate that is not whole, and was not taken
};

struct key_file {
    std::vector<certificate_piece> certificates;
    std::vector<revocation_piece> revocations; // those that stand alone
    std::vector<std::string> problems;         // of what was not whole
};

std::expected<key_file, std::string> read_key_file(std::string_view file);

} // namespace sealgate::keys
