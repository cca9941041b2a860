#include "keys/protection/ber.hpp"

#include "policy/base/bytes.hpp"

#include <cstddef>

namespace sealgate::keys::ber {

namespace {

using namespace std::string_view_literals;

constexpr int deepest = 16;
constexpr unsigned constructed = 0x20;
constexpr auto end_of_contents = "\0\0"sv;

std::optional<value> read_value(bytes::cursor& in, int depth);

// Values up to two zero octets, which are taken too.
std::optional<std::string_view> read_indefinite(bytes::cursor& in, int depth) {
    const auto before = in.rest();
    while (!in.rest().starts_with(end_of_contents))
        if (!read_value(in, depth + 1)) return std::nullopt;
    const auto content = before.substr(0, before.size() - in.rest().size());
    (void)in.take(end_of_contents.size());
    return content;
}

std::optional<std::size_t> read_long_length(bytes::cursor& in, std::size_t octets) {
    if (octets > 4) return std::nullopt;
    const auto digits = in.take(octets);
    if (!digits) return std::nullopt;
    std::size_t length = 0;
    for (const char digit : *digits) length = length << 8 | static_cast<unsigned char>(digit);
    return length;
}

std::optional<value> read_value(bytes::cursor& in, int depth) {
    constexpr unsigned long_tag = 0x1F;
    const auto tag = in.u8();
    const auto first = in.u8();
    if (!tag || !first || (*tag & long_tag) == long_tag || depth > deepest) return std::nullopt;
    std::optional<std::string_view> content;
    if (*first == 0x80) {
        if ((*tag & constructed) != 0) content = read_indefinite(in, depth);
    } else {
        const auto length = *first < 0x80 ? std::optional<std::size_t>(*first) : read_long_length(in, *first & 0x7Fu);
        if (length) content = in.take(*length);
    }
    return content ? std::optional(value{.tag = *tag, .content = *content}) : std::nullopt;
}

} // namespace

std::optional<value> reader::next() {
    bytes::cursor in(rest_);
    const auto out = read_value(in, 0);
    if (out) rest_ = in.rest();
    return out;
}

std::optional<std::string_view> reader::take(std::uint8_t tag) {
    if (!next_is(tag)) return std::nullopt;
    const auto out = next();
    return out ? std::optional(out->content) : std::nullopt;
}

} // namespace sealgate::keys::ber
