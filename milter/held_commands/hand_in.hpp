// Hands a held mail in anew, by SMTP, at a port of Postfix whose filter is the gateway. The text is only ended when the gateway
// has seen the permit: at a port without it, nothing leaves. Tested by e2e/test_held.py.
#pragma once

#include "milter/held/permits.hpp"
#include "milter/postfix/queue.hpp"
#include "milter/settings/endpoint.hpp"
#include "policy/base/octets.hpp"

#include <expected>
#include <string>

namespace sealgate::milter {

enum class hand_in_end : std::uint8_t { accepted, refused, unclear };

struct handed_in {
    hand_in_end end = hand_in_end::refused;
    std::string reply; // of Postfix, or why there is none
};

// Blocks.
handed_in hand_in(const inet_endpoint& port, const held_permits& permits, const held_permit& permit,
                  const held_envelope& envelope, octets content);

} // namespace sealgate::milter
