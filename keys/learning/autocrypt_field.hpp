// The certificate that a mail program puts into the header of what it sends: Autocrypt Level 1, section 2.1.
//
//     Autocrypt: addr=ann@x.org; prefer-encrypt=mutual; keydata=BASE64
//
// White space in keydata, and folds anywhere, do not count. An attribute that is not known makes the field void, unless its
// name begins with "_"; so does one that stands there twice, and keydata that is not one certificate alone. Autocrypt-Gossip,
// which names third persons, is no such field. Pure and linear.
#pragma once

#include "policy/mail/address.hpp"
#include "policy/mail/message.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace sealgate::keys {

struct autocrypt_field {
    std::string address_key; // as policy::address::key()
    std::string certificate; // binary, with all that stands in it
};

std::optional<autocrypt_field> read_autocrypt_field(std::string_view value);

// The one that is valid and for the message's author. Nothing where there are several.
std::optional<autocrypt_field> autocrypt_field_of(const policy::message& mail, const policy::address& author);

} // namespace sealgate::keys
