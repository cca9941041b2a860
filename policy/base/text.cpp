#include "policy/base/text.hpp"

#include <algorithm>

namespace sealgate::text {

std::string lower(std::string_view s) {
    std::string out(s);
    std::ranges::transform(out, out.begin(), to_lower);
    return out;
}

bool iequals(std::string_view a, std::string_view b) { return std::ranges::equal(a, b, {}, to_lower, to_lower); }

bool istarts_with(std::string_view s, std::string_view prefix) {
    return s.size() >= prefix.size() && iequals(s.substr(0, prefix.size()), prefix);
}

bool icontains(std::string_view s, std::string_view needle) {
    return !std::ranges::search(s, needle, {}, to_lower, to_lower).empty() || needle.empty();
}

bool is_one_of(std::string_view s, std::span<const std::string_view> names) {
    return std::ranges::any_of(names, [&](std::string_view name) { return iequals(s, name); });
}

bool is_ascii(std::string_view s) {
    return std::ranges::all_of(s, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

std::string_view take_line(std::string_view& rest) {
    const auto end = rest.find('\n');
    const auto line = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    return line;
}

std::string_view trim(std::string_view s) {
    while (!s.empty() && is_space(s.front())) s.remove_prefix(1);
    while (!s.empty() && is_space(s.back())) s.remove_suffix(1);
    return s;
}

std::vector<std::string_view> split(std::string_view s, char separator) {
    std::vector<std::string_view> out;
    for (;;) {
        const auto at = s.find(separator);
        out.push_back(s.substr(0, at));
        if (at == std::string_view::npos) return out;
        s.remove_prefix(at + 1);
    }
}

std::string join(const std::vector<std::string>& parts, std::string_view separator) {
    std::string out;
    for (const auto& part : parts) {
        if (!out.empty()) out += separator;
        out += part;
    }
    return out;
}

std::string listed(const std::vector<std::string>& words, std::string_view last) {
    std::string out;
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (i > 0) out += i + 1 == words.size() ? " " + std::string(last) + " " : ", ";
        out += words[i];
    }
    return out;
}

namespace {

constexpr char32_t replacement = U'\uFFFD';

// One code point from the front of s, which is not empty. Overlong forms, surrogates and cut sequences give U+FFFD and
// consume one byte, so that no byte of the sender's is skipped.
char32_t take_code_point(std::string_view& s) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(s[i]); };
    const auto lead = byte(0);
    const std::size_t length = lead < 0x80 ? 1 : lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC2 ? 2 : 0;
    const auto broken = [&] {
        s.remove_prefix(1);
        return replacement;
    };
    if (length == 0 || lead > 0xF4 || length > s.size()) return broken();
    char32_t c = length == 1 ? lead : lead & (0x7Fu >> length);
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(i) & 0xC0) != 0x80) return broken();
        c = c << 6 | (byte(i) & 0x3Fu);
    }
    const bool overlong = (length == 3 && c < 0x800) || (length == 4 && c < 0x10000);
    if (overlong || (c >= 0xD800 && c <= 0xDFFF) || c > 0x10FFFF) return broken();
    s.remove_prefix(length);
    return c;
}

bool is_unprintable(char32_t c) {
    return c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0x061C || (c >= 0x200E && c <= 0x200F) || (c >= 0x2028 && c <= 0x202E) ||
           (c >= 0x2066 && c <= 0x2069) || c == 0xFEFF;
}

} // namespace

std::u32string decode_utf8(std::string_view s) {
    std::u32string out;
    out.reserve(s.size());
    while (!s.empty()) out += take_code_point(s);
    return out;
}

std::size_t find_broken_utf8(std::string_view s) {
    for (auto rest = s; !rest.empty();) {
        const auto at = s.size() - rest.size();
        const bool is_replacement = take_code_point(rest) == replacement;
        if (is_replacement && s.size() - rest.size() == at + 1) return at; // one that was written has three octets
    }
    return std::string_view::npos;
}

bool is_utf8(std::string_view s) { return find_broken_utf8(s) == std::string_view::npos; }

std::string_view without_byte_order_mark(std::string_view file) {
    constexpr std::string_view mark = "\xEF\xBB\xBF";
    if (file.starts_with(mark)) file.remove_prefix(mark.size());
    return file;
}

std::string encode_utf8(std::u32string_view s) {
    std::string out;
    const auto put = [&](char32_t byte) { out += static_cast<char>(static_cast<unsigned char>(byte)); };
    const auto tail = [&](char32_t c, int shift) { put(0x80 | (c >> shift & 0x3F)); };
    for (const char32_t c : s) {
        if (c < 0x80) {
            put(c);
        } else if (c < 0x800) {
            put(0xC0 | c >> 6), tail(c, 0);
        } else if (c < 0x10000) {
            put(0xE0 | c >> 12), tail(c, 6), tail(c, 0);
        } else {
            put(0xF0 | c >> 18), tail(c, 12), tail(c, 6), tail(c, 0);
        }
    }
    return out;
}

std::string printable(std::string_view s, std::size_t most_code_points) {
    auto points = decode_utf8(s.substr(0, most_code_points * 4 + 4));
    std::ranges::replace_if(points, is_unprintable, replacement);
    if (points.size() > most_code_points) {
        points.resize(most_code_points);
        points += U'…';
    }
    return encode_utf8(points);
}

// Outside of its strings, JSON has no control characters but white space.
std::string printable_json(std::string_view json) {
    const auto is_plain = [](char c) { return c >= 0x20 && c < 0x7F; };
    if (std::ranges::all_of(json, is_plain)) return std::string(json);
    constexpr std::u32string_view hex = U"0123456789abcdef";
    std::u32string out;
    for (const char32_t c : decode_utf8(json)) {
        if (c < 0x20)
            out += U' ';
        else if (is_unprintable(c))
            (out += U"\\u").append({hex[c >> 12 & 15], hex[c >> 8 & 15], hex[c >> 4 & 15], hex[c & 15]});
        else
            out += c;
    }
    return encode_utf8(out);
}

std::string ascii(std::string_view s) {
    std::string out;
    for (const auto c : decode_utf8(s)) out += c < 0x20 || c > 0x7E ? '?' : static_cast<char>(c);
    return out;
}

std::size_t distance(std::u32string_view a, std::u32string_view b) {
    std::vector<std::size_t> before_last(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t differs = a[i - 1] == b[j - 1] ? 0 : 1;
            row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + differs});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = std::min(row[j], before_last[j - 2] + 1);
        }
        std::swap(before_last, last);
        std::swap(last, row);
    }
    return last[b.size()];
}

std::string nearest(std::string_view word, const std::vector<std::string>& candidates) {
    const auto wanted = decode_utf8(lower(word.substr(0, 100)));
    std::string best;
    std::size_t best_distance = wanted.size() / 3 + 1;
    for (const auto& candidate : candidates) {
        const auto d = distance(wanted, decode_utf8(lower(candidate)));
        if (d < best_distance) best = candidate, best_distance = d;
    }
    return best;
}

std::string octets(std::uint64_t count) {
    constexpr std::uint64_t kilo = 1000, mega = kilo * kilo;
    if (count < kilo) return std::to_string(count) + " octets";
    if (count < mega) return std::to_string(count / kilo) + " kB";
    return std::to_string(count / mega) + "." + std::to_string(count % mega / (mega / 10)) + " MB";
}

} // namespace sealgate::text
