// How far the records of other gateways were read: a file of one line a gateway, "SEQ HASH NAME", by the last record. Without
// it, or where it is damaged, they are read from the beginning, which does no harm. Tested by sharing/positions_test.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

namespace sealgate::milter {

struct read_position {
    std::uint64_t seq = 0;
    std::string hash = {};
    bool operator==(const read_position&) const = default;
};

using read_positions = std::map<std::string, read_position>;

// Both throw std::system_error.
read_positions read_positions_in(const std::filesystem::path& file);
void keep_positions(const std::filesystem::path& file, const read_positions& all);

} // namespace sealgate::milter
