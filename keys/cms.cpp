#include "keys/cms.hpp"

#include "policy/base/bytes.hpp"

#include <cstddef>
#include <optional>

namespace sealgate::keys {

namespace {

using namespace std::string_view_literals;

constexpr auto enveloped_data = "\x2A\x86\x48\x86\xF7\x0D\x01\x07\x03"sv; // 1.2.840.113549.1.7.3
constexpr auto auth_enveloped_data =
    "\x2A\x86\x48\x86\xF7\x0D\x01\x09\x10\x01\x17"sv; // 1.2.840.113549.1.9.16.1.23

// Opens a constructed value that fills the input to its end (X.690 section 8.1); the answer is what is in it.
std::optional<bytes::cursor> open_last(bytes::cursor in, unsigned tag) {
    if (in.u8() != tag) return std::nullopt;
    const auto first = in.u8();
    if (!first) return std::nullopt;
    if (*first == 0x80) { // indefinite: up to two zero octets
        if (!in.rest().ends_with("\0\0"sv)) return std::nullopt;
        return bytes::cursor(in.rest().substr(0, in.rest().size() - 2));
    }
    std::size_t length = *first;
    if (*first > 0x80) {
        const auto digits = in.take(*first & 0x7Fu);
        if (!digits || digits->size() > 4) return std::nullopt;
        length = 0;
        for (const char digit : *digits)
            length = length << 8 | static_cast<unsigned char>(digit);
    }
    return in.rest().size() == length ? std::optional(in) : std::nullopt;
}

} // namespace

bool is_enveloped_cms(std::string_view der) {
    auto info = open_last(bytes::cursor(der), 0x30);
    if (!info || info->u8() != 0x06) return false;
    const auto length = info->u8();
    const auto oid = length ? info->take(*length) : std::nullopt;
    if (oid != enveloped_data && oid != auth_enveloped_data) return false;
    const auto content = open_last(*info, 0xA0);
    return content && !content->at_end();
}

} // namespace sealgate::keys
