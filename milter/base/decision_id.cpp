#include "milter/base/decision_id.hpp"

#include "milter/base/random.hpp"
#include "policy/base/text.hpp"

#include <string_view>

namespace sealgate::milter {

namespace {

constexpr std::string_view crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

// Digits of five random bits each.
template <std::size_t Count>
std::string random_digits() {
    std::string out;
    for (const auto octet : random_octets<Count>()) out += crockford[octet & 31];
    return out;
}

} // namespace

std::string new_decision_id() { return random_digits<4>() + "-" + random_digits<4>(); }

std::optional<std::string> read_decision_id(std::string_view written) {
    std::string digits;
    auto words = text::lower(written);
    if (const auto at = words.find("sealgate"); at != std::string::npos)
        words.erase(0, at + std::string_view("sealgate").size());
    for (const char c : words) {
        if (text::is_space(c) || std::string_view("-[]().,;:\"'").contains(c)) continue;
        const char digit = c == 'o' ? '0' : c == 'i' || c == 'l' ? '1' : c >= 'a' && c <= 'z' ? char(c - 'a' + 'A') : c;
        if (!crockford.contains(digit)) return std::nullopt;
        digits += digit;
    }
    if (digits.size() != 8) return std::nullopt;
    return digits.insert(4, "-");
}

std::string new_boundary() { return "sealgate-" + random_digits<26>(); }

} // namespace sealgate::milter
