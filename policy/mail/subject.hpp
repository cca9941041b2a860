// What the Subject of a mail says to whoever carries it: a mail that is encrypted otherwise still shows it.
#pragma once

#include "policy/mail/message.hpp"

#include <string_view>

namespace sealgate::policy {

// False where it is missing or empty, or a text that mail programs put in place of the true one, which then stands inside
// the encrypted part (RFC 9788 section 3.2.1: "[...]").
bool subject_says_something(const message& mail);

// What the Subject of mail that the gateway encrypts is outside (RFC 9788 section 3.2.1).
inline constexpr std::string_view hidden_subject = "[...]";

// Whether the Subject is that, as it comes back: behind reply prefixes of any language (Re:, AW:, RE[2]:, "Nouvelle heure
// proposée :", also "RE" or "Fwd -"), list tags and other words in brackets, in brackets itself as in "[Fwd: [...]]", or before
// "(fwd)". Behind a prefix it may stand before anything: "Re: [...] - URGENT". Behind other words it is how people leave
// something out. Linear.
bool answers_hidden_subject(const message& mail);

} // namespace sealgate::policy
