#include "milter/protocol/reply.hpp"

#include "milter/protocol/wire.hpp"
#include "policy/base/text.hpp"

#include <algorithm>
#include <string_view>

namespace sealgate::milter {

namespace {

constexpr std::size_t longest_line = 512 - 2; // RFC 5321 section 4.5.3.1.5, without its CRLF

// RFC 3463 section 2: class "." subject "." detail.
bool is_enhanced_code(std::string_view enhanced, char class_digit) {
    const auto is_number = [](std::string_view s) {
        return !s.empty() && s.size() <= 3 && std::ranges::all_of(s, text::is_digit);
    };
    const auto parts = text::split(enhanced, '.');
    return parts.size() == 3 && parts[0] == std::string_view(&class_digit, 1) && is_number(parts[1]) && is_number(parts[2]);
}

// One line without its end. The octets are counted as SMTP sees them: Postfix makes one '%' of two, and none
// of one.
std::string line_of(std::string_view code, char separator, std::string_view enhanced, std::string_view words) {
    std::string start(code);
    start += separator;
    start += enhanced;
    start += ' ';
    std::string out = start;
    for (const char c : text::ascii(words.substr(0, longest_line - start.size()))) {
        if (c == '%') out += '%';
        out += c;
    }
    return out;
}

} // namespace

std::optional<std::string> encode_reply(const smtp_reply& reply) {
    if (reply.code < 400 || reply.code > 599) return std::nullopt;
    const auto code = std::to_string(reply.code);
    if (!is_enhanced_code(reply.enhanced, code.front())) return std::nullopt;

    std::vector<std::string_view> lines;
    std::ranges::copy_if(reply.lines, std::back_inserter(lines), [](const auto& l) { return !l.empty(); });
    if (lines.empty()) return std::nullopt;

    auto last = line_of(code, ' ', reply.enhanced, lines.back());
    last += '\0';
    lines.pop_back();

    std::string out;
    for (const auto words : lines) {
        const auto line = line_of(code, '-', reply.enhanced, words) + "\r\n";
        if (out.size() + line.size() + last.size() > longest_piece) break;
        out += line;
    }
    return out + last;
}

} // namespace sealgate::milter
