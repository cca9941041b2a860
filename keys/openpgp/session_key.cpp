#include "keys/openpgp/session_key.hpp"

#include "policy/base/bytes.hpp"
#include "policy/base/hex.hpp"

#include <algorithm>
#include <bit>
#include <cstddef>

namespace sealgate::keys {

namespace {

constexpr std::size_t tag_size = 16; // of every AEAD algorithm

// A number that a key of that size makes, less what may be zero at its front.
constexpr unsigned least_bits_of_1024 = 960;
constexpr unsigned least_bits_of_a_point = 240; // the smallest curves have 256

// RFC 9580 section 3.2: the count of bits, then the number without leading zeros. Old OpenPGP.js wrote as many octets as
// the key has, zeros and all, and counted from the first of them; programs read it. One number in 2^24 has more than two.
bool take_number(bytes::cursor& in, unsigned least_bits) {
    constexpr std::size_t most_zeros = 2;
    const auto bits = in.u16();
    const auto number = bits && *bits >= least_bits ? in.take((*bits + 7u) / 8) : std::nullopt;
    if (!number) return false;
    const auto zeros = std::min(number->find_first_not_of('\0'), number->size());
    if (zeros != 0) return zeros <= most_zeros && (number->size() - zeros) * 8 >= least_bits;
    const auto first = static_cast<unsigned char>(number->front());
    return std::bit_width(first) == (*bits - 1) % 8 + 1;
}

// RFC 3394 wraps in steps of eight octets, and adds eight. In front of it a length, and `extra` octets that it counts.
bool take_wrapped_key(bytes::cursor& in, std::size_t least, std::size_t extra = 0) {
    const auto length = in.u8();
    return length && *length >= least + extra && (*length - extra) % 8 == 0 && in.take(*length);
}

// RFC 9580 section 11.5: cipher, key, checksum and filling are wrapped, 24 octets at least.
bool take_ecdh(bytes::cursor& in) { return take_number(in, least_bits_of_a_point) && take_wrapped_key(in, 32); }

// Version 3 has the cipher in clear before the wrapped key.
bool take_ephemeral_key(bytes::cursor& in, std::size_t size, std::uint8_t version) {
    return in.take(size) && take_wrapped_key(in, 24, version == 3 ? 1 : 0);
}

// RFC 9580 sections 5.1.3 to 5.1.7.
bool is_value_of(std::uint8_t algorithm, std::uint8_t version, bytes::cursor in) {
    constexpr std::size_t least_of_others = 48; // what the smallest of these need
    bool whole = false;
    switch (algorithm) {
    case 1:
    case 2: whole = take_number(in, least_bits_of_1024); break;                                         // RSA
    case 16: whole = take_number(in, least_bits_of_1024) && take_number(in, least_bits_of_1024); break; // Elgamal
    case 18: whole = take_ecdh(in); break;                                                              // ECDH
    case 25: whole = take_ephemeral_key(in, 32, version); break;                                        // X25519
    case 26: whole = take_ephemeral_key(in, 56, version); break;                                        // X448
    case 0:                                                                                             // none
    case 3: // RSA, DSA, ECDSA, EdDSA, Ed25519, Ed448: they only sign
    case 17:
    case 19:
    case 22:
    case 27:
    case 28: return false;
    default: return in.rest().size() >= least_of_others;
    }
    return whole && in.at_end();
}

// Whom a session key is for.
struct named_key {
    std::string_view name; // empty: hidden
    std::string_view key_id;
};

// The key id of a version 6 key is the front of its fingerprint, of a version 4 key its end.
std::optional<named_key> take_fingerprint(bytes::cursor& in) {
    const auto length = in.u8();
    if (length == 0) return named_key{};
    const auto key_version = in.u8();
    const auto fingerprint = length ? in.take(*length - 1u) : std::nullopt;
    if (!fingerprint) return std::nullopt;
    if (key_version == 6 && fingerprint->size() == 32)
        return named_key{.name = *fingerprint, .key_id = fingerprint->substr(0, 8)};
    if (key_version == 4 && fingerprint->size() == 20)
        return named_key{.name = *fingerprint, .key_id = fingerprint->substr(12)};
    return std::nullopt;
}

std::optional<named_key> take_named_key(bytes::cursor& in, std::uint8_t version) {
    constexpr auto hidden = std::string_view("\0\0\0\0\0\0\0\0", 8);
    if (version == 6) return take_fingerprint(in);
    const auto id = version == 3 ? in.take(8) : std::nullopt;
    if (!id) return std::nullopt;
    return *id == hidden ? named_key{} : named_key{.name = *id, .key_id = *id};
}

// RFC 9580 section 9.5: 1 to 3, 8 to 12 and 14 exist.
bool take_hash_algorithm(bytes::cursor& in) {
    const auto number = in.u8().value_or(0);
    return (number >= 1 && number <= 3) || (number >= 8 && number <= 12) || number == 14;
}

// RFC 9580 section 3.7.1: simple, salted, iterated, Argon2; a salt has 8 octets, Argon2's 16.
bool take_s2k(bytes::cursor& in) {
    const auto kind = in.u8();
    if (kind == 0) return take_hash_algorithm(in);
    if (kind == 1) return take_hash_algorithm(in) && in.take(8);
    if (kind == 3) return take_hash_algorithm(in) && in.take(8 + 1);
    return kind == 4 && in.take(16 + 3);
}

bool is_session_key_size(std::size_t octets) { return octets == 16 || octets == 24 || octets == 32; }

// RFC 9580 section 5.3.1: the passphrase gives the session key itself, or one for what stands here: cipher and session key.
bool is_version_4(bytes::cursor in) {
    if (!is_cipher(in.u8().value_or(0)) || !take_s2k(in)) return false;
    return in.at_end() || is_session_key_size(in.rest().size() - 1);
}

// What versions 5 and 6 end with: nonce, session key and tag.
bool is_aead_end(bytes::cursor in, std::uint8_t aead) {
    const auto nonce = nonce_size(aead);
    return nonce && in.take(*nonce) && in.rest().size() > tag_size && is_session_key_size(in.rest().size() - tag_size);
}

// LibrePGP section 5.3.
bool is_version_5(bytes::cursor in) {
    const auto cipher = in.u8();
    const auto aead = in.u8();
    return is_cipher(cipher.value_or(0)) && aead && take_s2k(in) && is_aead_end(in, *aead);
}

// RFC 9580 section 5.3.2: two counts, of what stands before the session key and of the S2K alone.
bool is_version_6(bytes::cursor in) {
    const auto count = in.u8();
    const auto before = in.rest().size();
    const auto cipher = in.u8();
    const auto aead = in.u8();
    const auto s2k_count = in.u8();
    const auto s2k = s2k_count ? in.take(*s2k_count) : std::nullopt;
    if (!count || !s2k || !is_cipher(*cipher) || !nonce_size(*aead)) return false;
    bytes::cursor in_s2k(*s2k);
    if (!take_s2k(in_s2k) || !in_s2k.at_end()) return false;
    return before - in.rest().size() + *nonce_size(*aead) == *count && is_aead_end(in, *aead);
}

} // namespace

bool is_cipher(std::uint8_t number) { return number >= 1 && number <= 13 && number != 5 && number != 6; }

std::optional<std::uint8_t> nonce_size(std::uint8_t aead) {
    switch (aead) {
    case 1: return 16; // EAX
    case 2: return 15; // OCB
    case 3: return 12; // GCM
    default: return std::nullopt;
    }
}

std::optional<pkesk_content> read_pkesk(std::string_view body) {
    bytes::cursor in(body);
    const auto version = in.u8();
    const auto key = version ? take_named_key(in, *version) : std::nullopt;
    const auto algorithm = in.u8();
    if (!key || !algorithm || !is_value_of(*algorithm, *version, in)) return std::nullopt;
    return pkesk_content{.version = *version,
                         .key_id = key->name.empty() ? std::string(hidden_key_id) : text::upper_hex(key->key_id),
                         .fingerprint = *version == 6 ? text::upper_hex(key->name) : std::string{},
                         .name = key->name,
                         .algorithm = *algorithm,
                         .value = in.rest()};
}

std::size_t longest_session_key(const pkesk_content& of) {
    constexpr std::size_t wrapping = 8;           // RFC 3394
    constexpr std::size_t beside_key = 1 + 2 + 1; // RFC 9580 section 11.5: cipher, checksum and the least filling
    bytes::cursor in(of.value);
    const auto length_less = [&](std::size_t others) {
        const std::size_t length = in.u8().value_or(0);
        return length - std::min(length, others);
    };
    const std::size_t cipher = of.version == 3 ? 1 : 0;
    switch (of.algorithm) {
    case 18: take_number(in, least_bits_of_a_point); return length_less(wrapping + beside_key);
    case 25: in.take(32); return length_less(wrapping + cipher);
    case 26: in.take(56); return length_less(wrapping + cipher);
    default: return SIZE_MAX;
    }
}

std::optional<skesk_content> read_skesk(std::string_view body) {
    bytes::cursor in(body);
    const auto version = in.u8();
    const bool whole = version == 4 ? is_version_4(in) : version == 5 ? is_version_5(in) : version == 6 && is_version_6(in);
    return whole ? std::optional(skesk_content{.version = *version}) : std::nullopt;
}

} // namespace sealgate::keys
