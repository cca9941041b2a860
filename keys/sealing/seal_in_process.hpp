// Sealing without a gpg: librnp in this process, as long as it is trusted.
// Tested by sealing/engine_proof_test and differential/engines_test.py.
#pragma once

#include "keys/rnp/engine.hpp"
#include "keys/sealing/engine_trust.hpp"
#include "keys/sealing/seal.hpp"
#include "policy/base/octets.hpp"

#include <expected>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace sealgate::keys {

// Belongs to one thread at a time. The trust outlives it.
class in_process_sealer {
public:
    explicit in_process_sealer(engine_trust& trust, octet_room room = write_in_memory)
        : trust_(trust)
        , room_(std::move(room)) {}

    // As sealer::seal. An error where the engine is not trusted, or does not seal to one of these certificates: then gpg may.
    // What it made and reading back does not find right costs it the trust, and so does a librnp that does not work.
    std::expected<octets, seal_error> seal(const octet_pieces& entity, const std::vector<seal_recipient>& recipients);

private:
    std::unexpected<seal_error> untrusted(const std::string& why);

    engine_trust& trust_;
    octet_room room_;
    std::optional<rnp_engine> engine_; // made for the first message that it is trusted with
};

} // namespace sealgate::keys
