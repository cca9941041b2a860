// What a signature packet (RFC 9580 section 5.2) says of itself. Nothing of it is proved here. Pure.
//
// Whoever passes a certificate on can write into the part that a signature does not cover, and no proof fails for it. So that
// part is asked for the issuer alone, and only where the other part names none (section 5.2.3.7).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sealgate::keys {

enum class signature_type : std::uint8_t { // section 5.2.1; other numbers occur
    generic_certification = 0x10,
    positive_certification = 0x13,
    subkey_binding = 0x18,
    direct_key = 0x1F,
    key_revocation = 0x20,
    subkey_revocation = 0x28,
    certification_revocation = 0x30,
};

struct signature_facts {
    signature_type type{};
    std::uint8_t digest = 0;                  // section 9.5
    std::string issuer;                       // a fingerprint, or a key id of 16 digits, upper-case hex; empty: not said
    std::uint32_t created = 0;                // seconds since 1970
    std::uint32_t lasts = 0;                  // seconds after that; 0: for ever
    std::optional<std::uint8_t> key_flags;    // section 5.2.3.29
    std::optional<std::uint32_t> key_expires; // seconds after the key's creation; 0: never
};

bool is_certification(signature_type type);

// Nothing where the packet's body is none that is known: versions 3 to 6 are. Of an area that is broken what stands before
// the break counts, as with gpg.
std::optional<signature_facts> read_signature(std::string_view body);

} // namespace sealgate::keys
