// A mail of the gateway's own: RFC 5322 with CRLF, quoted-printable, with RFC 3834's fields, so that no program answers it.
// Pure: equal inputs give equal bytes. Tested by notices/message_test, refusal_mail_test, held_mail_test and watch_mail_test.
#pragma once

#include "policy/mail/address.hpp"
#include "policy/notices/letter.hpp"

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::policy {

enum class automatic : std::uint8_t { generated, replied }; // RFC 3834 section 5

struct own_mail {
    const address& from;
    std::string from_name;
    std::vector<address> to;
    std::string subject;
    std::chrono::system_clock::time_point now;
    std::string id; // of the Message-ID, before the @
    automatic made = automatic::generated;
    std::string_view answers = {}; // a Message-ID; what is none gets into no field: it is the sender's
};

// As text alone, and as text and HTML between lines of `boundary`.
std::string as_text_mail(const own_mail& about, const document& letter);
std::string as_mail(const own_mail& about, const document& letter, std::string_view boundary);

} // namespace sealgate::policy
