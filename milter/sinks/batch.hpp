// Records of the log that follow one another, as one append to the database.
// Tested by e2e/test_database.py.
#pragma once

#include "milter/sinks/connection.hpp"
#include "policy/audit/chain.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace sealgate::milter {

class record_batch {
public:
    // Whether the record follows the last one, and there is room; the first always fits.
    bool takes(const policy::link& at) const;
    void add(const policy::link& at, const std::string& line);

    bool empty() const { return lines_.empty(); }
    std::uint64_t last() const { return last_.seq; }

    // Throws as the connection does.
    void append_to(database_connection& to) const;

private:
    std::uint64_t first_ = 0;
    std::string before_; // the hash of the record before
    policy::link last_;
    std::size_t octets_ = 0;
    std::vector<database_text> times_, ids_, events_, queue_ids_, senders_, classifications_, outcomes_, modes_, policies_,
        lines_, octets_of_lines_;
};

} // namespace sealgate::milter
