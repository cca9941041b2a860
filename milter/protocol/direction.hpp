// Whether a mail is outgoing: contract.md section 3, `gateway.outgoing`. Only outgoing mail is decided about. Pure.
//
// A client that logged in, or stands in one of the networks, is ours, whomever it writes to. A sender of ours makes a mail
// outgoing whoever hands it in, if a recipient is outside: what strangers send to us in our name stays incoming.
#pragma once

#include "milter/protocol/transaction.hpp"
#include "milter/settings/config.hpp"
#include "policy/mail/address.hpp"
#include "policy/rules/tiers.hpp"

#include <cstdint>
#include <string_view>

namespace sealgate::milter {

// What is known before the recipients are.
enum class direction : std::uint8_t { incoming, by_recipients, outgoing };

// The user is {auth_authen}, empty when the client did not log in.
direction direction_of(const outgoing_rule& rule, const policy::tier_table& tiers, const connected_client& client,
                       std::string_view auth_user, const policy::address& sender);

// An address that a mail server may route elsewhere is outside.
bool is_outside(const policy::tier_table& tiers, const policy::address& recipient);

} // namespace sealgate::milter
