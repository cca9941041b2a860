#include "milter/outbox/identity.hpp"

#include "policy/base/text.hpp"
#include "policy/crypto/digest.hpp"
#include "policy/mail/message.hpp"

namespace sealgate::milter {

namespace {

// A mail server gives a Message-ID and a Date to whatever has none, and another one each time that it is handed in: a held mail
// is known by its place in the queue.
std::string which(const transaction& mail) {
    if (mail.released) return "held " + mail.released->queue_id + " " + std::to_string(mail.released->arrival);
    return std::string(policy::message_id(mail.mail).value_or(mail.queue_id));
}

} // namespace

std::string sameness(const transaction& mail) {
    std::string out = mail.sender.key();
    out.append("\n").append(which(mail));
    for (const auto* name : {"From", "To", "Cc", "Subject"})
        for (const auto value : policy::field_values(mail.mail, name)) out.append("\n").append(policy::unfolded(value));
    if (!mail.released)
        for (const auto value : policy::field_values(mail.mail, "Date")) out.append("\n").append(policy::unfolded(value));
    // RFC 5322 section 3.6.6: one that somebody sends on keeps all of these.
    for (const auto& field : mail.mail.fields)
        if (text::istarts_with(field.name, "Resent-")) out.append("\n").append(policy::unfolded(field.value));
    return out.append("\n").append(sha256_hex(mail.mail.body));
}

} // namespace sealgate::milter
