// The mail address that a user id of a certificate names. By convention a user id is a mailbox (RFC 9580 section 5.11); what
// else people write there is read where it can mean one thing only:
//
//   Ann <ann@x.org>    ann@x.org    ann@x.org (work)    mailto:ann@x.org
//
// Pure.
// Tested by certificates/key_file_test and unproved_test.
#pragma once

#include <string>
#include <string_view>

namespace sealgate::keys {

// In the form of policy::address::key(); empty where it names none.
std::string address_in_user_id(std::string_view user_id);

} // namespace sealgate::keys
