// Takes away of the audit log what is older than it has to be kept: whole files that were rotated away. The record that says so
// is on disk before (policy/audit/prune.hpp). Blocks.
//
// Errors are std::system_error.
// Tested by e2e/test_audit_prune.py.
#pragma once

#include "policy/audit/prune.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace sealgate::milter {

struct prunable_log {
    std::vector<std::filesystem::path> files; // the oldest first
    policy::pruning what;                     // without who does it
};

// What may go.
struct prunable_part {
    std::chrono::system_clock::time_point before; // made then
    std::uint64_t most = UINT64_MAX;              // the last record that everybody has who is to have them all
};

// The files at the beginning of the log of which all may go; nothing where there is none. A file whose last line is no record
// ends them: nobody knows what that would take away. `is_awaited`: more is old enough.
std::optional<prunable_log> find_prunable(const std::filesystem::path& audit_directory, const prunable_part& part,
                                          bool& is_awaited);

// Their indexes too. The oldest first, so that what a crash leaves is the end of it.
void remove_pruned(const prunable_log& log);

} // namespace sealgate::milter
