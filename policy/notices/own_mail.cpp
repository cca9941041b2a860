#include "policy/notices/own_mail.hpp"

#include "policy/base/text.hpp"
#include "policy/mail/date.hpp"
#include "policy/mail/encoded_word.hpp"
#include "policy/mail/mailbox_field.hpp"
#include "policy/mail/transfer_encoding.hpp"

#include <algorithm>

namespace sealgate::policy {

namespace {

constexpr std::size_t longest_message_id = 250;

bool is_message_id(std::string_view id) {
    return id.size() > 2 && id.size() <= longest_message_id && id.starts_with('<') && id.ends_with('>') &&
           std::ranges::all_of(id, [](char c) { return c > ' ' && c < 0x7F; }) && id.find_first_of("<>", 1) == id.size() - 1;
}

// Down to Content-Type, which follows.
std::string header_of(const own_mail& about, const std::string& language) {
    std::vector<std::string> to;
    for (const auto& one : about.to) to.push_back(mailbox(one));
    std::string out = "From: " + own_mailbox(about.from_name, about.from) + "\r\n";
    out += "To: " + text::join(to, ",\r\n ") + "\r\n";
    out += "Subject: " + encode_words(about.subject) + "\r\n";
    out += "Date: " + mail_date(about.now) + "\r\n";
    out +=
        "Message-ID: <" + about.id + "@" + (about.from.domain.empty() ? std::string("localhost") : about.from.domain) + ">\r\n";
    if (is_message_id(about.answers))
        out += "In-Reply-To: " + std::string(about.answers) + "\r\nReferences: " + std::string(about.answers) + "\r\n";
    out += about.made == automatic::replied ? "Auto-Submitted: auto-replied\r\n" : "Auto-Submitted: auto-generated\r\n";
    return out + "X-Auto-Response-Suppress: All\r\nContent-Language: " + language + "\r\nMIME-Version: 1.0\r\n";
}

std::string part(std::string_view type, const std::string& content) {
    return "Content-Type: text/" + std::string(type) +
           "; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n" + encode_quoted_printable(content);
}

} // namespace

std::string as_text_mail(const own_mail& about, const document& letter) {
    return header_of(about, letter.language) + part("plain", as_plain_text(letter));
}

std::string as_mail(const own_mail& about, const document& letter, std::string_view boundary) {
    const std::string between(boundary);
    return header_of(about, letter.language) + "Content-Type: multipart/alternative;\r\n boundary=\"" + between +
           "\"\r\n\r\n--" + between + "\r\n" + part("plain", as_plain_text(letter)) + "\r\n--" + between + "\r\n" +
           part("html", as_html(letter)) + "\r\n--" + between + "--\r\n";
}

} // namespace sealgate::policy
