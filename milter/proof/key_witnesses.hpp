// All who name the key that signs a log's checkpoints, held against the keys that are trusted. Part of proof.
// Tested by proof/key_witnesses_test, proof/prove_test and proof/replaced_keys_test.
#pragma once

#include "milter/proof/known_checkpoints.hpp"
#include "milter/proof/prove.hpp"
#include "policy/proof/log_proof.hpp"

#include <cstdint>
#include <vector>

namespace sealgate::milter {

// The records that keys are judged by. What stands behind a flaw, or was cut off, would have told of keys that replaced these.
struct judged_part {
    std::uint64_t last = 0;
    bool is_all = true;
};

judged_part part_to_judge(const policy::log_proof& counts, const policy::log_proof& own);

// The log's own records, which `out` has read, are witnesses too. Fills in the rest of what `out` says of keys.
void judge_keys(const proof_request& asked, const std::vector<const known_checkpoints*>& known, const judged_part& part,
                proved& out);

} // namespace sealgate::milter
