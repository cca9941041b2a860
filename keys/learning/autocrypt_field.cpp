#include "keys/learning/autocrypt_field.hpp"

#include "keys/certificates/key_file.hpp"
#include "keys/learning/tag_list.hpp"
#include "policy/base/base64.hpp"
#include "policy/base/text.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

namespace sealgate::keys {

namespace {

constexpr std::ptrdiff_t most_attributes = 32;
constexpr std::array<std::string_view, 3> known_attributes{"addr", "prefer-encrypt", "keydata"};

// Empty: it is not one certificate alone, in binary.
std::string certificate_in(std::string_view keydata) {
    auto decoded = text::decode_strict_base64(without_folding(keydata));
    if (!decoded || decoded->empty() || (static_cast<unsigned char>(decoded->front()) & 0x80) == 0) return {};
    auto read = read_key_file(*decoded);
    if (!read || read->certificates.size() != 1 || !read->revocations.empty() || !read->problems.empty()) return {};
    return std::move(read->certificates.front().binary);
}

} // namespace

std::optional<autocrypt_field> read_autocrypt_field(std::string_view value) {
    std::array<std::optional<std::string_view>, known_attributes.size()> values;
    if (std::ranges::count(value, ';') >= most_attributes) return std::nullopt;
    const auto attributes = read_tags(value);
    if (!attributes) return std::nullopt;
    for (const auto& [name, content] : *attributes) {
        if (name.starts_with('_')) continue;
        const auto known = std::ranges::find(known_attributes, name);
        if (known == known_attributes.end()) return std::nullopt;
        auto& said = values[static_cast<std::size_t>(known - known_attributes.begin())];
        if (said) return std::nullopt;
        said = content;
    }
    const auto& [addr, preference, keydata] = values; // whom mail is sealed to does not hang on prefer-encrypt
    if (!addr || !keydata || !policy::is_envelope_address(*addr)) return std::nullopt;
    autocrypt_field out{.address_key = policy::parse_address(*addr).key(), .certificate = certificate_in(*keydata)};
    if (out.certificate.empty()) return std::nullopt;
    return out;
}

std::optional<autocrypt_field> autocrypt_field_of(const policy::message& mail, const policy::address& author) {
    std::optional<autocrypt_field> out;
    for (const auto value : policy::field_values(mail, "Autocrypt")) {
        auto read = read_autocrypt_field(value);
        if (!read || read->address_key != author.key()) continue;
        if (out) return std::nullopt;
        out = std::move(read);
    }
    return out;
}

} // namespace sealgate::keys
