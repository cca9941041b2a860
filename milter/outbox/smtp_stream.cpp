#include "milter/outbox/smtp_stream.hpp"

#include "policy/base/text.hpp"

#include <algorithm>
#include <utility>

namespace sealgate::milter {

namespace {

bool is_code(std::string_view text) {
    return text[0] >= '2' && text[0] <= '5' && text[1] >= '0' && text[1] <= '5' && text::is_digit(text[2]);
}

} // namespace

std::string server_reply::printable() const {
    return text::printable(std::to_string(code) + " " + text::join(lines, " "), 500);
}

std::expected<std::optional<server_reply>, std::string> reply_reader::next() {
    for (;;) {
        const auto end = unread_.find("\r\n");
        if (std::min(end, unread_.size()) > longest_line) return std::unexpected("answers with a line that is too long");
        if (end == std::string::npos) {
            if (unread_.size() > 3 && !is_code(unread_)) return std::unexpected("does not speak SMTP");
            return std::nullopt;
        }
        const auto line = unread_.substr(0, end);
        unread_.erase(0, end + 2);
        const bool last = line.size() == 3 || (line.size() > 3 && line[3] == ' ');
        if (line.size() < 3 || !is_code(line) || !(last || line[3] == '-')) return std::unexpected("does not speak SMTP");
        const auto code = static_cast<unsigned>((line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0'));
        if (!reading_.lines.empty() && code != reading_.code) return std::unexpected("gives two codes in one reply");
        if (reading_.lines.size() == most_lines) return std::unexpected("answers without an end");
        reading_.code = code;
        reading_.lines.push_back(line.size() > 4 ? line.substr(4) : std::string{});
        if (last) return std::exchange(reading_, {});
    }
}

std::string dot_stuffer::take(std::string_view piece) {
    std::string out;
    out.reserve(piece.size() + piece.size() / 32 + 2);
    for (const char c : piece) {
        if (c == '\n' && last_ != '\r') out += '\r';
        if (c == '.' && last_ == '\n') out += '.';
        out += c;
        last_ = c;
    }
    return out;
}

std::string dot_stuffer::end() const {
    if (last_ == '\n') return {};
    return last_ == '\r' ? "\n" : "\r\n";
}

} // namespace sealgate::milter
