// Reading and writing bytes in network order: unsigned integers, strings that end with a NUL, raw runs.
//
// Every read is checked. A read that does not fit gives nothing and leaves the cursor where it was.
// Ownership: both classes borrow. A cursor's views live as long as the bytes it reads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sealgate::bytes {

class cursor {
public:
    explicit cursor(std::string_view bytes)
        : rest_(bytes) {}

    std::optional<std::uint8_t> u8();
    std::optional<std::uint16_t> u16();
    std::optional<std::uint32_t> u32();

    // Up to the next NUL, which is read but not part of the answer. Nothing if there is no NUL.
    std::optional<std::string_view> c_string();

    std::optional<std::string_view> take(std::size_t count);

    std::string_view rest() const { return rest_; }
    bool at_end() const { return rest_.empty(); }

private:
    std::string_view rest_;
};

class appender {
public:
    explicit appender(std::string& out)
        : out_(out) {}

    appender& u8(std::uint8_t value);
    appender& u16(std::uint16_t value);
    appender& u32(std::uint32_t value);

    // The text must hold no NUL of its own: that would be our bug.
    appender& c_string(std::string_view text);

    appender& raw(std::string_view bytes);

private:
    std::string& out_;
};

} // namespace sealgate::bytes
