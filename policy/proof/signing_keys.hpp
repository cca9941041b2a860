// The keys that sign an audit log's checkpoints, as its own records name them (policy/audit/event.hpp), and whether all who
// name one name the same. A key is believed because somebody noted it elsewhere; that those at hand agree is the least.
#pragma once

#include "policy/crypto/ed25519.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::policy {

struct key_in_record {
    std::uint64_t record = 0; // the first that names it; it signs from there on
    ed25519_public_key key;
};

class signing_keys {
public:
    // The next record of the log.
    void follow(std::uint64_t record, std::string_view line);

    // In the order of their records, each once for as long as it stays.
    const std::vector<key_in_record>& named() const { return named_; }
    // As far as the records up to this one tell.
    std::optional<key_in_record> in_force_at(std::uint64_t record) const;
    // Whether a later record names another key, and this one has not come back.
    std::optional<key_in_record> replaced_before(std::uint64_t record, const ed25519_public_key& key) const;
    bool names(const ed25519_public_key& key) const;

private:
    std::vector<key_in_record> named_;
};

// Somebody or something that names a key: "record 3 of the log".
struct key_witness {
    std::string who;
    ed25519_public_key key;
};

// Keys that count as the gateway's.
struct trusted_keys {
    std::vector<ed25519_public_key> keys = {};
    std::string who = {}; // names them, as a witness does; empty: they were given by whoever asks
};

// The witnesses who name a key that is none of those trusted: one phrase for each such key, which names both, and what to do.
std::vector<std::string> contradictions(std::span<const key_witness> witnesses, const trusted_keys& trusted);

} // namespace sealgate::policy
