// CLASS of appointments, RFC 5545 section 3.8.1.3, in the calendars that a mail carries. Pure and linear.
#pragma once

#include "policy/labels/label.hpp"
#include "policy/mail/message.hpp"

#include <vector>

namespace sealgate::policy {

// Of all its parts that are calendars by their type or their file's name, those of attached messages too. Each once. Malformed:
// a CLASS without a value, what cannot be decoded, and a thousand classes. One that has no CLASS says nothing.
std::vector<label> calendar_classes(const message& mail);

} // namespace sealgate::policy
