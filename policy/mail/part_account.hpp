// One part of a message as an administrator wants to see it: a plain value, filled by keys/protection/part_accounts.
// Tested by keys/protection/part_accounts_test.
#pragma once

#include <string>
#include <vector>

namespace sealgate::policy {

struct part_account {
    std::string path;         // "1.2": the second part of the first part; the whole message is "0" (RFC 9051 section 6.4.5)
    std::string type;         // "text/plain"
    std::string verdict = {}; // "encrypted", "readable", ...; with the reason where it is no plain one
    std::vector<std::string> packets = {}; // "PKESK version 3 for key 0123456789ABCDEF, ECDH"
};

} // namespace sealgate::policy
