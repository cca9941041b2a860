// What whoever sent a mail hears of a reason: which texts it needs. The compiler names the one that is missing here.
#pragma once

#include "policy/rules/reason.hpp"

#include <cstdint>
#include <utility>

namespace sealgate::policy {

enum class heard : std::uint8_t { refusal, deferral, nothing };

constexpr heard heard_of(reason why) {
    switch (why) {
    case reason::tier:
    case reason::unverifiable:
    case reason::passphrase_only:
    case reason::not_addressed:
    case reason::no_key:
    case reason::key_expired:
    case reason::key_revoked:
    case reason::key_disabled:
    case reason::key_not_for_encryption:
    case reason::key_weak:
    case reason::not_encrypted:
    case reason::pgp_fake:
    case reason::pgp_partial:
    case reason::smime_not_accepted:
    case reason::near_miss:
    case reason::downgrade:
    case reason::untagged:
    case reason::too_large:
    case reason::too_large_sealed:
    case reason::too_many_copies:
    case reason::unreadable: return heard::refusal;
    case reason::keys_unreadable:
    case reason::lookup_failed:
    case reason::threads_unreadable:
    case reason::limit_unknown:
    case reason::organisation_key:
    case reason::sealing_failed:
    case reason::no_room:
    case reason::internal_error: return heard::deferral;
    case reason::allowed:
    case reason::sealed:
    case reason::already_encrypted:
    case reason::subject_in_clear: return heard::nothing; // by SMTP
    }
    std::unreachable();
}

} // namespace sealgate::policy
