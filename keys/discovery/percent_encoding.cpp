#include "keys/discovery/percent_encoding.hpp"

#include "policy/base/hex.hpp"
#include "policy/base/text.hpp"

namespace sealgate::keys {

std::string percent_encoded(std::string_view octets) {
    std::string out;
    for (const char c : octets) {
        if (text::is_alphanumeric(c) || std::string_view("-._~").contains(c))
            out += c;
        else
            out += "%" + text::upper_hex({&c, 1});
    }
    return out;
}

} // namespace sealgate::keys
