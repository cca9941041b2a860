// Signed notes, and checkpoints in that form: C2SP signed-note and tlog-checkpoint, with Ed25519 keys (type 0x01).
//
//   ORIGIN
//   1200
//   BASE64 OF THE TREE'S ROOT
//
//   — NAME BASE64(4 octets of the key's id, signature)
//
// The name of the key is the origin. Pure; every octet may be a stranger's.
// Tested by proof/signed_note_test.
#pragma once

#include "policy/crypto/ed25519.hpp"
#include "policy/proof/merkle.hpp"

#include <cstdint>
#include <expected>
#include <span>
#include <string>
#include <string_view>

namespace sealgate::policy {

// A name that a key may have: not empty, UTF-8, no white space, no control characters, no plus sign.
bool is_note_name(std::string_view name);

// "NAME+ID+KEY", which other programs take as the key to verify by.
std::string verifier_key(std::string_view name, const ed25519_public_key& key);
// The name and the key in it; the error is what is wrong, in one phrase.
struct named_key {
    std::string name;
    ed25519_public_key key;
};
std::expected<named_key, std::string> parse_verifier_key(std::string_view text);

// What stands behind the name: the key's id and the signature, in base64. `text` ends with a line end, and has no control
// characters but those. `name` as is_note_name() wants it.
std::string note_signature(std::string_view text, std::string_view name, const ed25519_key& key);
std::string note_with(std::string_view text, std::string_view name, std::string_view signature);
std::string sign_note(std::string_view text, std::string_view name, const ed25519_key& key);

struct opened_note {
    std::string text;       // with its last line end
    std::string name;       // of the key that signed it
    ed25519_public_key key; // one of those known
};
// Signatures by other keys are passed over; one that claims to be by a known key, and is not, is an error. The error is what
// is wrong, in one phrase.
std::expected<opened_note, std::string> open_note(std::string_view note, std::span<const ed25519_public_key> known);

// What a note of a tree says.
struct tree_head {
    std::string origin;
    std::uint64_t leaves = 0;
    tree_hash root{};
    bool operator==(const tree_head&) const = default;
};
std::string to_text(const tree_head& head); // three lines
std::expected<tree_head, std::string> parse_tree_head(std::string_view text);

} // namespace sealgate::policy
