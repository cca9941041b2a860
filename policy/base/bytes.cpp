#include "policy/base/bytes.hpp"

#include <cassert>

namespace sealgate::bytes {

namespace {

template <class Integer>
std::optional<Integer> big_endian(std::optional<std::string_view> octets) {
    if (!octets) return std::nullopt;
    std::uint32_t value = 0;
    for (const char octet : *octets) value = value << 8 | static_cast<unsigned char>(octet);
    return static_cast<Integer>(value);
}

} // namespace

std::optional<std::string_view> cursor::take(std::size_t count) {
    if (count > rest_.size()) return std::nullopt;
    const auto taken = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return taken;
}

std::optional<std::string_view> cursor::c_string() {
    const auto nul = rest_.find('\0');
    if (nul == std::string_view::npos) return std::nullopt;
    const auto text = rest_.substr(0, nul);
    rest_.remove_prefix(nul + 1);
    return text;
}

std::optional<std::uint8_t> cursor::u8() { return big_endian<std::uint8_t>(take(1)); }
std::optional<std::uint16_t> cursor::u16() { return big_endian<std::uint16_t>(take(2)); }
std::optional<std::uint32_t> cursor::u32() { return big_endian<std::uint32_t>(take(4)); }

appender& appender::u8(std::uint8_t value) {
    out_ += static_cast<char>(value);
    return *this;
}

appender& appender::u16(std::uint16_t value) {
    return u8(static_cast<std::uint8_t>(value >> 8)).u8(static_cast<std::uint8_t>(value & 0xFF));
}

appender& appender::u32(std::uint32_t value) {
    return u16(static_cast<std::uint16_t>(value >> 16)).u16(static_cast<std::uint16_t>(value & 0xFFFF));
}

appender& appender::c_string(std::string_view text) {
    assert(!text.contains('\0'));
    out_ += text;
    out_ += '\0';
    return *this;
}

appender& appender::raw(std::string_view bytes) {
    out_ += bytes;
    return *this;
}

} // namespace sealgate::bytes
