#include "milter/outbox/bounce.hpp"

#include "policy/base/text.hpp"
#include "policy/crypto/digest.hpp"
#include "policy/mail/date.hpp"

#include <algorithm>

namespace sealgate::milter {

namespace {

// RFC 3463: what stands behind the code of the reply; else that it was tried for too long, or refused.
std::string status_of(std::string_view reply) {
    const auto words = text::split(reply, ' ');
    if (words.size() > 1 && words[1].size() >= 5 && (words[1][0] == '4' || words[1][0] == '5') && words[1][1] == '.' &&
        words[1].find_first_not_of("0123456789.") == std::string_view::npos)
        return std::string(words[1]);
    return reply.starts_with('5') ? "5.0.0" : "4.4.7";
}

std::string reporting_mta(std::string_view from) {
    const auto at = from.rfind('@');
    return at == std::string_view::npos ? "localhost" : std::string(from.substr(at + 1));
}

std::string for_people(const bounce_facts& about) {
    std::string out = "This is the mail gateway. Your mail could not be delivered to:\r\n\r\n";
    for (const auto& one : about.recipients)
        out += "  " + one.address + "\r\n    " + (one.last_reply.empty() ? "no answer" : text::ascii(one.last_reply)) + "\r\n";
    out += "\r\nNobody tries it again. Other recipients of the mail are not concerned by this.\r\n";
    if (!about.message_id.empty()) out += "The mail's Message-ID is " + text::printable(about.message_id) + ".\r\n";
    if (!about.options.always_to.empty())
        out += "What the gateway encrypts can also be read by " + text::join(about.options.always_to, ", ") + ".\r\n";
    return out + "Your administrator finds the decision about it as [sealgate " + text::ascii(about.decision) + "].\r\n";
}

// RFC 3464 section 2; RFC 6533 section 3 for addresses beyond ASCII.
std::string for_programs(const bounce_facts& about) {
    std::string out;
    if (!about.envid.empty()) out += "Original-Envelope-Id: " + printable_xtext(about.envid) + "\r\n";
    out += "Reporting-MTA: dns; " + reporting_mta(about.options.from) + "\r\n";
    for (const auto& one : about.recipients) {
        out += "\r\n";
        if (!one.dsn.orcpt.empty()) out += "Original-Recipient: " + printable_xtext(one.dsn.orcpt) + "\r\n";
        out += std::string("Final-Recipient: ") + (text::is_ascii(one.address) ? "rfc822; " : "utf-8; ") + one.address +
               "\r\nAction: failed\r\nStatus: " + status_of(one.last_reply) + "\r\n";
        if (text::is_digit(one.last_reply.empty() ? ' ' : one.last_reply[0]))
            out += "Diagnostic-Code: smtp; " + text::ascii(one.last_reply) + "\r\n";
    }
    return out;
}

} // namespace

std::string bounce_message(const bounce_facts& about) {
    const std::string from(about.options.from.empty() ? "MAILER-DAEMON" : about.options.from);
    const bool ascii = std::ranges::all_of(about.recipients, text::is_ascii, &waiting_recipient::address);
    const auto next_part = "--" + std::string(about.boundary);
    const std::string encoding(ascii ? "7bit" : "8bit");
    std::string out = "From: Mail gateway <" + from + ">\r\nTo: <" + std::string(about.to) + ">\r\n" +
                      "Subject: Your mail was not delivered\r\nDate: " + policy::mail_date(about.now) + "\r\n" +
                      "Auto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n" +
                      "Content-Type: multipart/report; report-type=delivery-status;\r\n boundary=\"" +
                      std::string(about.boundary) + "\"\r\nContent-Transfer-Encoding: " + encoding + "\r\n\r\n";
    out += next_part + "\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: " + encoding + "\r\n\r\n" +
           for_people(about) + "\r\n";
    out += next_part + "\r\nContent-Type: message/" + (ascii ? "" : "global-") + "delivery-status\r\n" +
           "Content-Transfer-Encoding: " + encoding + "\r\n\r\n" + for_programs(about) + "\r\n";
    if (!about.message_id.empty())
        out += next_part + "\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: " + text::ascii(about.message_id) +
               "\r\n\r\n";
    return out + next_part + "--\r\n";
}

std::string bounce_identity(const std::vector<waiting_recipient>& recipients) {
    std::string all = "bounce";
    for (const auto& one : recipients) all += "\n" + one.identity;
    return sha256_hex(all);
}

} // namespace sealgate::milter
