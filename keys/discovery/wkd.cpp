#include "keys/discovery/wkd.hpp"

#include "keys/discovery/host_name.hpp"
#include "keys/discovery/percent_encoding.hpp"
#include "policy/base/text.hpp"
#include "policy/crypto/digest.hpp"

#include <cstdint>

namespace sealgate::keys {

namespace {

constexpr std::string_view alphabet = "ybndrfg8ejkmcpqxot1uwisza345h769";

} // namespace

std::string z_base_32(std::string_view octets) {
    std::string out;
    std::uint32_t bits = 0;
    unsigned count = 0; // of bits that wait
    for (const char c : octets) {
        bits = bits << 8 | static_cast<unsigned char>(c);
        for (count += 8; count >= 5; count -= 5) out += alphabet[bits >> (count - 5) & 31];
    }
    return out;
}

bool is_wkd_hash(std::string_view name) {
    constexpr std::size_t length = 32; // of SHA-1's 160 bits, five in a character
    return name.size() == length && name.find_first_not_of(alphabet) == std::string_view::npos;
}

std::optional<wkd_names> wkd_names_of(const policy::address& whose) {
    const std::string advanced = "openpgpkey." + whose.domain;
    // The longer name, so that neither is too long.
    if (whose.local.empty() || !is_host_name(whose.domain) || !is_host_name(advanced)) return std::nullopt;
    const auto digest = sha1_of(text::lower(whose.local));
    const auto hash = z_base_32({reinterpret_cast<const char*>(digest.data()), digest.size()});
    const auto file = "hu/" + hash + "?l=" + percent_encoded(whose.local);
    return wkd_names{.hash = hash,
                     .advanced_url = "https://" + advanced + "/.well-known/openpgpkey/" + whose.domain + "/" + file,
                     .direct_url = "https://" + whose.domain + "/.well-known/openpgpkey/" + file};
}

} // namespace sealgate::keys
