// What leaves of one message: the edits that make the message in hand what its recipients shall get, and the copies owed to
// the others. Pure.
#pragma once

#include "keys/sealing/header_protection.hpp"
#include "milter/outbox/owed_copy.hpp"
#include "milter/protocol/edits.hpp"
#include "milter/protocol/transaction.hpp"
#include "policy/decision/decide.hpp"
#include "policy/rules/policy.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace sealgate::milter {

// The recipients of each ciphertext that is needed, by their place among the message's: first those who stay with the
// message in hand, if somebody does, then one group for each sealed copy. Empty where nothing is to be sealed.
std::vector<std::vector<std::size_t>> ciphertext_groups(const policy::decision& made);

// What Postfix shall do to the message in hand, if it is accepted. `sealed`: one envelope for each ciphertext group, or none.
edit_list edits_for(const policy::policy& rules, const policy::decision& made, const transaction& mail,
                    const std::vector<keys::pgp_mime_envelope>& sealed, const std::string& id);

// The copies for everybody who does not stay with the message in hand. Their messages are made of `leaving`, the mail's message
// with what was added to it; which mail it is, `mail` tells.
std::vector<owed_copy> copies_owed(const policy::policy& rules, const policy::decision& made, const transaction& mail,
                                   const policy::message& leaving, const std::vector<keys::pgp_mime_envelope>& sealed,
                                   const std::string& id);

// What nobody sees of a sealed mail from outside: its Subject, and what of its sensitivity is above that of untagged mail.
keys::concealment concealed_by(const policy::policy& rules);

} // namespace sealgate::milter
