// The mail that tells administrators of keys (policy/notices/key_watch.hpp): which mail waits, since when, and the command that
// mends it; which certificates end when.
//
// RFC 5322 with CRLF, plain text in quoted-printable, in English, auto-generated (RFC 3834). It names entries of the policy,
// addresses and fingerprints; no key, no Subject, nobody's mail. Bounded: of each list the first 50 are named and the rest is
// counted. Pure: equal inputs give equal bytes.
#pragma once

#include "policy/notices/key_watch.hpp"
#include "policy/rules/policy.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace sealgate::policy {

struct watch_mail_facts {
    const policy& rules;
    sealgate::policy::mode mode; // in monitor mode no mail waits yet
    const std::vector<address>& to;
    const watch_news& news;
    std::chrono::sys_seconds now;
};

std::string watch_mail(const watch_mail_facts& about);

// The same for the same news after the same mail before: so that a crash makes neither none nor two.
std::string watch_identity(const watch_news& news, const std::optional<std::chrono::sys_seconds>& mail_before,
                           const address& to);

} // namespace sealgate::policy
