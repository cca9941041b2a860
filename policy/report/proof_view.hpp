// What the report says of the proof: of one gateway's log, or of each where a database has several.
// Tested by report/page_test.
#pragma once

#include "policy/base/html.hpp"
#include "policy/base/rfc3339.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace sealgate::policy {

// What is proved of the log as a whole, whatever the period.
struct proof_status {
    std::uint64_t records = 0;               // that follow one another
    std::uint64_t last_record = 0;           // the number of the last of them
    std::string flaw = {};                   // a phrase that names the first that is wrong; empty where the log is whole
    bool is_chain_whole = true;              // then what is wrong is a checkpoint or a key, and no record
    bool is_kept = false;                    // the checkpoints are copies that others kept, not the gateway's own
    std::size_t checkpoints = 0;             // genuine ones
    std::size_t not_genuine = 0;             // lines that should be checkpoints, and are none, or by a key that does not count
    std::uint64_t signed_to = 0;             // records up to this one are as they were signed; 0: nothing is signed
    std::optional<wall_time> signed_at = {}; // when that one was
    std::vector<std::string> remarks = {};   // what else is to be known, a phrase each

    bool is_whole() const { return flaw.empty(); }
};

struct gateway_proof {
    std::string gateway;
    proof_status of;
};

// For people and for machines.
void draw_time(html::writer& to, wall_time when);

// `unreadable`: lines of the log that are no records.
void draw_proof(html::writer& to, const proof_status& proof, std::uint64_t unreadable);
void draw_proofs(html::writer& to, const std::vector<gateway_proof>& of, std::uint64_t unreadable);

} // namespace sealgate::policy
