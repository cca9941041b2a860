// The base64 digits of OpenPGP data as far as they can say something.
//
// A hidden key id is eight zero octets (RFC 9580 section 5.1), so that its digits are all the same: a pattern, though nobody
// can write anything there. Pure, linear.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace sealgate::keys {

// Less those that are nothing but zeros of hidden key ids, and less white space; nothing where there are no such. `octets` are
// what the digits are.
std::optional<std::string> without_hidden_ids(std::string_view digits, std::string_view octets);

} // namespace sealgate::keys
