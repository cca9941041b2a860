// What was taken away of the log because its time was over (audit.keep): the record that says so, by which the rest is proved.
// Tested by audit/prune_test.
#pragma once

#include "policy/audit/chain.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sealgate::policy {

struct pruning {
    std::uint64_t first = 0, last = 0;           // records; all of them
    std::string head;                            // the hash of the last of them
    std::chrono::system_clock::time_point until; // its time
    std::string user;                            // who did it, as the log calls people
    bool operator==(const pruning&) const = default;
};

std::string prune_event(std::chrono::system_clock::time_point time, const pruning& of);

// The one that a line of the log tells of; what it says is not proved here.
struct pruning_told {
    std::uint64_t record = 0; // that says so
    std::string time;
    pruning what;
};
std::optional<pruning_told> pruning_told_in(std::string_view line);

// "records 1 to 1000, until 2026-11-23T09:00:00.123Z, by ann as root, as record 5000 says".
std::string to_string(const pruning_told& told);

} // namespace sealgate::policy
