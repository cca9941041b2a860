// The legacy display element, RFC 9788 section 5.2: the Subject as the first line of the text, for programs that do not show
// the one that is protected. Put into each main body part that can take it: text/plain and text/html without a signature
// around them, in a charset that has the Subject's letters. Where it cannot be put in for certain, the text stays as it is.
// Pure.
#pragma once

#include "policy/base/octets.hpp"
#include "policy/mail/message.hpp"

#include <vector>

namespace sealgate::keys {

struct displayed_message {
    std::vector<policy::header_field> fields;
    octet_pieces body; // of the original's, and what stands between them
};

// The message with the element in its text. Its own Subject is what is shown; without one, or with one that says nothing,
// it comes back as it was.
displayed_message with_legacy_display(const policy::message& mail);

} // namespace sealgate::keys
