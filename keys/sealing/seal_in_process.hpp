// Sealing without a gpg: librnp in this process, as long as it is trusted.
// Tested by sealing/engine_proof_test and differential/engines_test.py.
#pragma once

#include "keys/rnp/engine.hpp"
#include "keys/sealing/engine_trust.hpp"
#include "keys/sealing/seal.hpp"

#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::keys {

// Belongs to one thread at a time. The trust outlives it.
class in_process_sealer {
public:
    explicit in_process_sealer(engine_trust& trust)
        : trust_(trust) {}

    // As sealer::seal. An error where the engine is not trusted, or does not seal to one of these certificates: then gpg may.
    // What it made and reading back does not find right costs it the trust.
    std::expected<std::string, seal_error> seal(std::string_view entity, const std::vector<seal_recipient>& recipients);

private:
    engine_trust& trust_;
    rnp_engine engine_;
};

} // namespace sealgate::keys
