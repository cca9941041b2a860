// Records of the log that follow one another, as one append to the database.
// Tested by sinks/batch_test and e2e/test_database.py.
#pragma once

#include "milter/sinks/connection.hpp"
#include "policy/audit/chain.hpp"
#include "policy/audit/record_columns.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace sealgate::milter {

class record_batch {
public:
    // Whether the record follows the last one, and there is room; the first always fits.
    bool takes(const policy::link& at) const;
    void add(const policy::link& at, const std::string& line);

    bool empty() const { return records_.empty(); }
    const policy::link& last() const { return records_.back().at; }

    // A record that the database takes in no form but as octets is there as these alone. Throws as the connection does; then
    // some of the first records may be there.
    void append_to(database_connection& to) const;

private:
    struct record {
        policy::link at;
        std::string line;
        policy::record_columns columns;
    };
    static void append(database_connection& to, std::span<const record> some, bool as_octets = false);

    std::vector<record> records_;
    std::size_t octets_ = 0;
};

} // namespace sealgate::milter
