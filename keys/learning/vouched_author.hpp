// Who wrote a message, where a signature that our mail server found good says so: the one mailbox of From, and the DKIM
// signatures of its domain. What such a signature covers is that author's; a passing DMARC or SPF alone covers nothing.
//
// A signature counts where a result of ours (keys/learning/authentication_results.hpp) with dkim=pass means it and no other of
// the message, no result of ours says otherwise of it, and it covers From and all of the body. Its domain is the author's, or
// above it with two labels at least. A result means a signature by header.b, the beginning of its b= (RFC 6008), or else by
// header.d and header.s, and contradicts none of its properties. Pure, and linear in the size of the header.
//
// A message with a signature that cannot be read, or with one whose i= is in an encoding, teaches nothing: servers write the
// identity decoded into their results, and some do so without quotes, so that it could pass for a result of its own.
#pragma once

#include "keys/learning/dkim_signature.hpp"
#include "policy/mail/address.hpp"
#include "policy/mail/message.hpp"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace sealgate::keys {

struct vouched_author {
    policy::address whose;
    std::vector<dkim_signature> signatures; // one at least
};

std::optional<vouched_author> vouched_author_of(const policy::message& mail, std::span<const std::string> authserv_ids);

// The one mailbox of the one From field, where that is an address with a domain.
std::optional<policy::address> only_author(const policy::message& mail);

} // namespace sealgate::keys
