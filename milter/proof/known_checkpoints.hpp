// The checkpoints that a log is held against: the gateway's own, and those that others kept. Part of proof.
// Tested by proof/prove_test and proof/key_witnesses_test.
#pragma once

#include "milter/proof/checkpoint_reader.hpp"
#include "milter/proof/prove.hpp"
#include "policy/proof/signing_keys.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace sealgate::milter {

// Genuine ones, and where they were read.
struct known_checkpoints {
    std::size_t not_genuine = 0;
    struct entry {
        std::string where;
        checkpoint_line_read read;
    };
    std::vector<entry> all = {}; // in the order of their records

    std::vector<policy::checkpoint> ends() const;

    // Whether one of that content was signed by a key that was not replaced before, as far as the log tells.
    bool counts(const policy::checkpoint& at, const policy::signing_keys& in_log) const;

    void sort();
};

// What is wrong with a file is a problem, or a note, of `out`. Throw std::system_error where one can't be read.
known_checkpoints read_own(const proof_request& asked, proved& out);
// Each was given to prove something.
known_checkpoints read_kept(const proof_request& asked, proved& out);

} // namespace sealgate::milter
