// The mail that tells administrators of held mail (held.notify of sealgate.yaml): what waits, since when, why, and the commands
// to type; and when it is due.
//
// New held mail is told once an hour at most; what still waits after `remind` is told once more. RFC 5322 with CRLF, plain text
// in English, auto-generated (RFC 3834). It names people and decisions; never a Subject or a body. Bounded: the first 50 are
// named and the rest is counted. Pure: equal inputs give equal bytes.
#pragma once

#include "policy/mail/address.hpp"
#include "policy/rules/policy.hpp"

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace sealgate::policy {

enum class held_told : std::uint8_t { no, once, reminded };

// A mail that the gateway held, for as long as it knows of no end of it.
struct waiting_mail {
    std::string decision;
    std::string queue_id;
    std::chrono::sys_seconds since;
    std::string sender;
    std::vector<std::string> recipients;
    std::string why; // "confidential: no-key"
    held_told told = held_told::no;
    bool operator==(const waiting_mail&) const = default;
};

// Until when nothing is told, since something was; nothing: now.
std::optional<std::chrono::sys_seconds> held_quiet_until(std::optional<std::chrono::sys_seconds> before,
                                                         std::chrono::sys_seconds now);

struct held_news {
    std::vector<waiting_mail> fresh, forgotten;
    std::chrono::sys_seconds next; // when there may be more

    bool none() const { return fresh.empty() && forgotten.empty(); }
};

// `before`: when the last mail left.
held_news held_to_tell(const std::vector<waiting_mail>& waiting, std::optional<std::chrono::sys_seconds> before,
                       std::chrono::seconds remind, std::chrono::sys_seconds now);

struct held_mail_facts {
    const policy& rules;
    const std::vector<address>& to;
    const held_news& news;
    std::chrono::sys_seconds now;
};

std::string held_mail(const held_mail_facts& about);

// The same for the same news to the same person, so that a crash makes neither none nor two.
std::string held_identity(const held_news& news, const address& to);

} // namespace sealgate::policy
