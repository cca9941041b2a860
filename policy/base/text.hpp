// Locale-free text: ASCII case, trimming, UTF-8 in and out, spelling distance.
//
// "White space" is the space, tab, CR and LF of RFC 5322. Nothing here fails: broken UTF-8 becomes U+FFFD.
#pragma once

#include <algorithm>
#include <charconv>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace sealgate::text {

constexpr char to_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
constexpr bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }
constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_letter(char c) { return to_lower(c) >= 'a' && to_lower(c) <= 'z'; } // of ASCII
constexpr bool is_alphanumeric(char c) { return is_digit(c) || is_letter(c); }

std::string lower(std::string_view s);
bool iequals(std::string_view a, std::string_view b);
bool istarts_with(std::string_view s, std::string_view prefix);
bool icontains(std::string_view s, std::string_view needle);
bool is_one_of(std::string_view s, std::span<const std::string_view> names); // ASCII case does not matter

// Nothing above 0x7F; control characters may stand in it.
bool is_ascii(std::string_view s);

std::string_view trim(std::string_view s);

// The line at the front, without its LF, which is taken too; a CR before that stays.
std::string_view take_line(std::string_view& rest);

// As much at the front as holds, taken.
std::string_view take_while(std::string_view& rest, auto holds) {
    const auto taken = rest.substr(0, static_cast<std::size_t>(std::ranges::find_if_not(rest, holds) - rest.begin()));
    rest.remove_prefix(taken.size());
    return taken;
}

// The pieces between separators, untrimmed; one piece where there is no separator.
std::vector<std::string_view> split(std::string_view s, char separator);
std::string join(const std::vector<std::string>& parts, std::string_view separator);
// "a", "a or b", "a, b or c".
std::string listed(const std::vector<std::string>& words, std::string_view last);

// All of it digits, and a minus before them where N has one; nothing where it is not that, or does not fit.
template <std::integral N = std::uint64_t>
std::optional<N> whole_number(std::string_view digits) {
    N out{};
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), out);
    return error == std::errc{} && end == digits.data() + digits.size() ? std::optional(out) : std::nullopt;
}

std::u32string decode_utf8(std::string_view s);
std::string encode_utf8(std::u32string_view s);
// Offset of the first octet that is not UTF-8; npos: all is. A U+FFFD that was written is.
std::size_t find_broken_utf8(std::string_view s);
bool is_utf8(std::string_view s);
// Some editors and spreadsheets put one before all they save as UTF-8.
std::string_view without_byte_order_mark(std::string_view file);

// For logs and replies: valid UTF-8, control characters (C0, C1, DEL, bidi and line separators) replaced by U+FFFD,
// cut to that many code points with "…" behind the cut.
std::string printable(std::string_view s, std::size_t most_code_points = 200);

// For JSON that people see: what printable() would replace is escaped as \uXXXX instead, so that it still says the same.
// Broken UTF-8 becomes U+FFFD. Needs valid JSON but for that.
std::string printable_json(std::string_view json);

// For SMTP replies: printable ASCII, every other character as '?'.
std::string ascii(std::string_view s);

// Damerau-Levenshtein distance (optimal string alignment): swaps of neighbours count one.
std::size_t distance(std::u32string_view a, std::u32string_view b);

// The candidate nearest to a word that was not found, for "did you mean": at most a third of its letters away; else empty.
std::string nearest(std::string_view word, const std::vector<std::string>& candidates);

// A size as people read it: "10.2 MB", "640 kB", "12 octets". Decimal, and never more than it is.
std::string octets(std::uint64_t count);

} // namespace sealgate::text
