// The proof for one record of the audit log, which needs no other record: C2SP tlog-proof, with the record as its extra data.
//
//   c2sp.org/tlog-proof@v1
//   extra BASE64 OF THE RECORD'S LINE
//   index 1199
//   BASE64 HASHES, ONE A LINE
//
//   THE SIGNED CHECKPOINT (proof/signed_note.hpp)
//
// The leaf of the tree is the record's line without its line end. Pure; every octet may be a stranger's.
// Tested by proof/record_proof_test.
#pragma once

#include "policy/crypto/ed25519.hpp"
#include "policy/proof/merkle.hpp"
#include "policy/proof/signed_note.hpp"

#include <cstdint>
#include <expected>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::policy {

struct record_proof {
    std::string record;          // its line, without a line end
    std::uint64_t index = 0;     // of its leaf
    std::vector<tree_hash> path; // inclusion_path()
    std::string note;            // of the tree that it is in, signed
    bool operator==(const record_proof&) const = default;
};

std::string to_text(const record_proof& proof);

// What a proof proves: that the record is the one at that place of the log, which that key signed.
struct proved_record {
    std::string record;
    std::uint64_t index = 0;
    tree_head head; // origin: which log
    ed25519_public_key key;
};
// The error is what is wrong, in one phrase.
std::expected<proved_record, std::string> check_record_proof(std::string_view text, std::span<const ed25519_public_key> known);

} // namespace sealgate::policy
