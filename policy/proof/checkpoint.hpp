// Checkpoints of the audit log (contrib/design/audit_format.md): a signature over where the log stood. Kept
// elsewhere, it proves what the chain alone cannot: that the log was not cut, and not written anew.
//
//   {"time":"…","seq":1200,"head":"<hash of record 1200>","key":"<public key>","signature":"<over every octet
//   before ,"signature":>"}
#pragma once

#include "policy/audit/chain.hpp"
#include "policy/base/ed25519.hpp"

#include <chrono>
#include <expected>
#include <optional>
#include <span>
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

struct signed_checkpoint {
    checkpoint at;
    ed25519_public_key key;
    bool operator==(const signed_checkpoint&) const = default;
};

// A line that proves nothing.
struct no_checkpoint {
    std::string text;                                 // one phrase: its form, its signature, or another key
    std::optional<ed25519_public_key> other_key = {}; // that signed it, where it is whole and the key is none of those known
};

// Signed by one of the keys. What the line's own key did not sign was changed, whoever's key that is.
std::expected<signed_checkpoint, no_checkpoint> read_checkpoint(std::string_view line,
                                                                std::span<const ed25519_public_key> known);

} // namespace sealgate::policy
