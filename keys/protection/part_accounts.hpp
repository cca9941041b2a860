// The parts of a message as an administrator wants to see them: what each is, what inspect() made of it, and the packets
// in those that hold OpenPGP data. For people and their programs, after the fact; nothing is decided here.
//
// Judges with the functions that inspect() uses, so that the two cannot disagree. No file name, no subject and no content
// is told. Pure and linear.
#pragma once

#include "policy/mail/message.hpp"
#include "policy/mail/part_account.hpp"

#include <vector>

namespace sealgate::keys {

// Nothing where the message is not looked into: without a trace of encryption, or nested too deep.
std::vector<policy::part_account> anatomy(const policy::message& mail);

} // namespace sealgate::keys
