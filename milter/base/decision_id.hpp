// The name of a decision, as people read it in replies and look it up in the log: "7Q2K-M4XD".
//
// Eight digits of Crockford's base 32 (no I, L, O, U), 40 random bits from the system. Unlikely to repeat within a log's
// life, and no proof of anything: the record's `seq` and `hash` are what identifies it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace sealgate::milter {

std::string new_decision_id();

// As people paste it: "[sealgate 7Q2K-M4XD]" or "7q2k m4xd.", and with the letters that the digits leave out. Nothing where it
// is none.
std::optional<std::string> read_decision_id(std::string_view written);

// A MIME boundary that no mail can hold by chance: 128 random bits.
std::string new_boundary();

} // namespace sealgate::milter
