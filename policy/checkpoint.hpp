// Checkpoints of the audit log (contrib/design/audit_format.md): a signature over where the log stood. Kept
// elsewhere, it proves what the chain alone cannot: that the log was not cut, and not written anew.
//
//   {"time":"…","seq":1200,"head":"<hash of record 1200>","key":"<public key>","signature":"<over every octet
//   before ,"signature":>"}
#pragma once

#include "policy/base/ed25519.hpp"
#include "policy/chain.hpp"

#include <chrono>
#include <expected>
#include <string>
#include <string_view>

namespace sealgate::policy {

struct checkpoint {
    std::chrono::system_clock::time_point time; // of signing
    chain_end end;
    bool operator==(const checkpoint&) const = default;
};

// One line without a line end.
std::string checkpoint_line(const checkpoint& at, const ed25519_key& key);

// The error says in one phrase what is wrong with the line: its form, another key, or its signature.
std::expected<checkpoint, std::string> read_checkpoint(std::string_view line, const ed25519_public_key& key);

} // namespace sealgate::policy
