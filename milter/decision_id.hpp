// The name of a decision, as people read it in replies and look it up in the log: "7Q2K-M4XD".
//
// Eight digits of Crockford's base 32 (no I, L, O, U), 40 random bits from the system. Unlikely to repeat within a log's
// life, and no proof of anything: the record's `seq` and `hash` are what identifies it.
#pragma once

#include <string>

namespace sealgate::milter {

std::string new_decision_id();

// A MIME boundary that no mail can hold by chance: 128 random bits.
std::string new_boundary();

} // namespace sealgate::milter
