// An SMTP reply, RFC 5321 section 4.2, with an enhanced status code (RFC 3463), and what a line of it has room for.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::policy {

struct smtp_reply {
    int code = 0;                   // 550
    std::string enhanced;           // "5.7.1"
    std::vector<std::string> lines; // text alone: no codes, no line ends

    bool operator==(const smtp_reply&) const = default;
};

// Octets of text in one line: RFC 5321 section 4.5.3.1.5, without the codes and the line's end.
std::size_t room_in_line(const smtp_reply& reply);

// The text in lines that have this room. Breaks at spaces, but not before a "(": it says something of the word before it; a
// single word longer than a line is cut.
void append_wrapped(std::vector<std::string>& lines, std::string_view words, std::size_t room);

// Its last line alone, where that stands on its own. For mail that sendmail(1) handed in: Postfix bounces it, and joins the
// lines of a reply into one ("...__550-5.7.1 ...").
smtp_reply in_one_line(smtp_reply reply);

// For people: "550 5.7.1 first line\n550 5.7.1 second line".
std::string to_string(const smtp_reply& reply);

} // namespace sealgate::policy
