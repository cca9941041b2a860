// Who wrote a mail, as far as the policy asks (facts.hpp): nobody tags what a program sends, and strangers do not know our
// tags.
//
// A mail says of itself that a program wrote it, and anybody can say so. Nobody gains by that what a tag would not give them.
#pragma once

#include "policy/decision/facts.hpp"
#include "policy/mail/address.hpp"
#include "policy/mail/message.hpp"
#include "policy/rules/tiers.hpp"

#include <cstdint>

namespace sealgate::policy {

// RFC 3834 section 5: Auto-Submitted is there, and says something else than "no"; an empty one says so too.
bool is_auto_submitted(const message& mail);

enum class login : std::uint8_t { none, known };

// A stranger's is what one of our hosts sends on (Sieve, a forwarding address): nobody logged in, and neither the envelope nor
// From names anybody of ours. A program's is what says so, what cron sends, and what has the null sender.
author author_of(const tier_table& tiers, const message& mail, const address& sender, login who);

// True of a sender through whom one of our hosts sends on somebody else's mail: the Sender Rewriting Scheme (SRS0=, SRS1=, and
// Exchange's +SRS=), which names a domain of ours and brings a bounce back to a stranger. BATV's prvs= is no such form.
bool is_rewritten(const address& sender);

// A bounce goes to the envelope sender, and there may be one where From names nobody of ours: our reply then reaches a stranger
// where that sender is foreign and nobody logged in, and where it is rewritten, or may be routed elsewhere, whoever did.
audience audience_of(const tier_table& tiers, const message& mail, const address& sender, login who);

} // namespace sealgate::policy
