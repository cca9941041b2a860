#include "keys/openpgp/shown_digits.hpp"

#include "keys/openpgp/packets.hpp"
#include "policy/base/text.hpp"

#include <cstddef>
#include <utility>
#include <vector>

namespace sealgate::keys {

namespace {

struct run {
    std::size_t begin, end; // of digits
};

// Those whose six bits are all of the id.
run digits_within(std::size_t begin, std::size_t size) { return {.begin = (begin * 8 + 5) / 6, .end = (begin + size) * 8 / 6}; }

std::vector<run> hidden_ids(std::string_view octets) {
    constexpr std::string_view head("\3\0\0\0\0\0\0\0\0", 9); // version and key id
    std::vector<run> out;
    for (const auto& one : walk_as_far_as_possible(octets, most_message_packets).packets) {
        if (one.type != packet_type::pkesk || !one.body.starts_with(head)) continue;
        const auto id = static_cast<std::size_t>(one.body.data() - octets.data()) + 1;
        out.push_back(digits_within(id, head.size() - 1));
    }
    return out;
}

} // namespace

std::optional<std::string> without_hidden_ids(std::string_view digits, std::string_view octets) {
    const auto hidden = hidden_ids(octets);
    if (hidden.empty()) return std::nullopt;
    std::string out;
    out.reserve(digits.size());
    auto next = hidden.begin();
    std::size_t at = 0;
    for (const char digit : digits) {
        if (text::is_space(digit)) continue;
        if (next != hidden.end() && at >= next->end) ++next;
        if (next == hidden.end() || at < next->begin) out += digit;
        ++at;
    }
    return out;
}

} // namespace sealgate::keys
