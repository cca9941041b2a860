// Whether a message is one that came before: a client sends it once more where it did not hear our answer. Pure.
#pragma once

#include "milter/protocol/transaction.hpp"

#include <string>

namespace sealgate::milter {

// What makes a message the same when a client sends it once more. Without a Message-ID nothing does: two short mails of one
// day may well be alike. A held one is the same however often it is released.
std::string sameness(const transaction& mail);

} // namespace sealgate::milter
