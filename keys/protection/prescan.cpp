#include "keys/protection/prescan.hpp"

#include "policy/base/text.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>

namespace sealgate::keys {

namespace {

// What is looked for, without regard to case, and where in it the rare three letters stand that the scan
// looks for.
struct needle {
    std::string_view text;
    std::size_t anchor;
};
constexpr std::array<needle, 11> needles = {{{"multipart/encrypted", 8},
                                             {"pkcs7-mime", 1},
                                             {"begin pgp", 6},
                                             {"application/pgp", 12},
                                             {".pgp", 1},
                                             {".gpg", 1},
                                             {".asc", 0},
                                             {"begin=20pgp", 8},
                                             // "-----BEGIN PGP" in base64, by how many octets stand before it
                                             {"LS0tLS1CRUdJTiBQR1", 0},
                                             {"LS0tQkVHSU4gUEdQ", 0},
                                             {"LS0tLUJFR0lOIFBHU", 0}}};

constexpr std::size_t block = 64;
constexpr std::size_t anchor_size = 3;

// Whether one of the anchors stands here. No branches: the compiler makes vector code of a loop over it.
// Setting bit 5 puts letters in lower case; that it mixes up some other bytes is settled by the exact look.
inline unsigned char is_anchor(const char* p) {
    const auto a = static_cast<unsigned char>(p[0] | 0x20);
    const auto b = static_cast<unsigned char>(p[1] | 0x20);
    const auto c = static_cast<unsigned char>(p[2] | 0x20);
    const auto is = [&](unsigned char x, unsigned char y, unsigned char z) {
        return static_cast<unsigned char>(static_cast<unsigned char>(a == x) & static_cast<unsigned char>(b == y) &
                                          static_cast<unsigned char>(c == z));
    };
    return static_cast<unsigned char>(is('p', 'g', 'p') | is('g', 'p', 'g') | is('.', 'a', 's') | is('k', 'c', 's') |
                                      is('t', '/', 'e') | is('l', 's', '0'));
}

bool holds_anchor(const char* p) {
    unsigned char found = 0;
    for (std::size_t i = 0; i < block; ++i) found = static_cast<unsigned char>(found | is_anchor(p + i));
    return found != 0;
}

bool stands_at(std::string_view bytes, std::size_t at, const needle& n) {
    return at >= n.anchor && text::iequals(bytes.substr(at - n.anchor, n.text.size()), n.text);
}

bool found_between(std::string_view bytes, std::size_t begin, std::size_t end) {
    for (auto at = begin; at < end && at + anchor_size <= bytes.size(); ++at) {
        if (is_anchor(bytes.data() + at) == 0) continue;
        if (std::ranges::any_of(needles, [&](const needle& n) { return stands_at(bytes, at, n); })) return true;
    }
    return false;
}

bool has_trace(std::string_view bytes) {
    std::size_t at = 0;
    for (; at + block + anchor_size <= bytes.size(); at += block)
        if (holds_anchor(bytes.data() + at) && found_between(bytes, at, at + block)) return true;
    return found_between(bytes, at, bytes.size());
}

} // namespace

bool has_encryption_trace(const policy::message& mail) {
    const auto in_field = [](const policy::header_field& field) {
        return policy::describes_body(field.name) && has_trace(field.value);
    };
    return std::ranges::any_of(mail.fields, in_field) || has_trace(mail.body);
}

} // namespace sealgate::keys
