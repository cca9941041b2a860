// Checkpoints of the audit log (contrib/design/audit_format.md): a signature over where the log stood. Kept
// elsewhere, it proves what the chain alone cannot: that the log was not cut, and not written anew.
//
//   {"time":"…","seq":1200,"head":"<hash of record 1200>","key":"<public key>","tree":{…},"signature":"<over every octet
//   before the last ,"signature":>"}
//
// The tree is that of all records from `first` to this one (proof/merkle.hpp), and is signed by itself as well, as a note of
// C2SP (proof/signed_note.hpp), so that one record can be proved without the others (proof/record_proof.hpp):
//
//   {"origin":"mx1.example.org/sealgate","first":1,"leaves":1200,"root":"<base64>","signature":"<of the note>"}
#pragma once

#include "policy/audit/chain.hpp"
#include "policy/crypto/ed25519.hpp"
#include "policy/proof/signed_note.hpp"

#include <chrono>
#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace sealgate::policy {

// The tree over the log's records from `first` on.
struct record_tree {
    std::uint64_t first = 1;
    tree_head head;
    bool operator==(const record_tree&) const = default;
};

struct checkpoint {
    std::chrono::system_clock::time_point time; // of signing
    chain_end end;
    std::optional<record_tree> tree = {}; // none: an earlier version signed it, or the tree was not at hand
    bool operator==(const checkpoint&) const = default;
};

// One line without a line end.
std::string checkpoint_line(const checkpoint& at, const ed25519_key& key);

struct signed_checkpoint {
    checkpoint at;
    ed25519_public_key key;
    std::string note = {}; // of its tree, signed; empty where it has none
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
