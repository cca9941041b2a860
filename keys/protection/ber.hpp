// BER values (X.690 section 8.1) as CMS uses them: tag, length, content; indefinite lengths included.
//
// Refuses lengths beyond the input, tag numbers above 30, values nested deeper than CMS does. Linear in size
// times that depth. Pure. Ownership: views point into the bytes read.
// Tested by protection/cms_test.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace sealgate::keys::ber {

enum tag : std::uint8_t { // with the bit for "constructed" where it is
    integer = 0x02,
    octet_string = 0x04,
    object_identifier = 0x06,
    sequence = 0x30,
    set = 0x31,
};

constexpr std::uint8_t context(unsigned number) { return static_cast<std::uint8_t>(0x80 | number); }
constexpr std::uint8_t constructed_context(unsigned number) { return static_cast<std::uint8_t>(0xA0 | number); }

struct value {
    std::uint8_t tag;
    std::string_view content; // of an indefinite length: without the two zero octets
};

// Values one behind the other. A read that fails gives nothing and leaves the reader where it was.
class reader {
public:
    explicit reader(std::string_view bytes)
        : rest_(bytes) {}

    std::optional<value> next();

    // The content of the next value, if it has this tag.
    std::optional<std::string_view> take(std::uint8_t tag);

    bool next_is(std::uint8_t tag) const { return rest_.starts_with(static_cast<char>(tag)); }
    bool at_end() const { return rest_.empty(); }

private:
    std::string_view rest_;
};

} // namespace sealgate::keys::ber
