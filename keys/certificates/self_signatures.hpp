// What an owner's signatures say of a certificate beyond what gpg lists: RFC 9580 section 5.2. Pure.
//
// Nothing is verified here: gpg has done that before a certificate is kept. Of several signatures about the same part the
// newest counts.
// Tested by store/usability_test.
#pragma once

#include "keys/certificates/certificate.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::keys {

struct bound_user_id {
    std::string text;
    std::optional<time_point> expires; // a user id's own end is its signature's
};

struct self_signatures {
    std::vector<bound_user_id> user_ids; // those not revoked
    std::vector<time_point> turns;       // when one of its signatures was made, or ends: gpg may judge another way from then on
    bool sha1 = false;                   // a part that is not revoked is bound with SHA-1, MD5 or RIPEMD-160
};

// Of one certificate, binary.
self_signatures read_self_signatures(std::string_view certificate);

} // namespace sealgate::keys
