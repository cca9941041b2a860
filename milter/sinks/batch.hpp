// Records of the log that follow one another, for one append.
// Tested by sinks/batch_test.
#pragma once

#include "policy/audit/chain.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace sealgate::milter {

class record_batch {
public:
    struct record {
        policy::link at;
        std::string line;
    };

    // Whether the record follows the last one, and there is room; the first always fits.
    bool takes(const policy::link& at) const;
    void add(policy::link at, std::string line);

    bool empty() const { return records_.empty(); }
    std::span<const record> records() const { return records_; }
    policy::chain_end end() const { return {.last_seq = records_.back().at.seq, .last_hash = records_.back().at.hash}; }

private:
    std::vector<record> records_;
    std::size_t octets_ = 0;
};

} // namespace sealgate::milter
