#include "policy/mail/smtp_reply.hpp"

#include "policy/base/text.hpp"

#include <utility>

namespace sealgate::policy {

std::size_t room_in_line(const smtp_reply& reply) {
    constexpr std::size_t longest_line = 512, line_end = 2;
    return longest_line - line_end - std::to_string(reply.code).size() - reply.enhanced.size() - 2;
}

void append_wrapped(std::vector<std::string>& lines, std::string_view words, std::size_t room) {
    while (words.size() > room) {
        auto space = words.rfind(' ', room);
        if (space != std::string_view::npos && space > 0 && words[space + 1] == '(') space = words.rfind(' ', space - 1);
        const auto cut = space == std::string_view::npos || space == 0 ? room : space;
        lines.emplace_back(words.substr(0, cut));
        words = text::trim(words.substr(cut));
    }
    lines.emplace_back(words);
}

smtp_reply in_one_line(smtp_reply reply) {
    if (reply.lines.size() > 1) reply.lines = {std::move(reply.lines.back())};
    return reply;
}

std::string to_string(const smtp_reply& reply) {
    std::string out;
    for (const auto& line : reply.lines) {
        if (!out.empty()) out += '\n';
        out += std::to_string(reply.code) + " " + reply.enhanced + " " + line;
    }
    return out;
}

} // namespace sealgate::policy
