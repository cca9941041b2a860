// The logs that gateways brought to a PostgreSQL (contrib/design/audit_database.md), read there: of one of them, or of all.
//
// What the database says is proved by nobody but the lines themselves. Throws database_error. One thread.
// Tested by e2e/test_fleet_log.py.
#pragma once

#include "milter/audit/log_lines.hpp"
#include "milter/settings/sink_url.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace sealgate::milter {

struct fleet_gateway {
    std::string name;
    std::uint64_t first_record = 0; // that the database has; 0: none
    std::uint64_t last_record = 0;
    std::vector<std::string> gaps = {}; // what it says of records that are not there, a phrase each
};

// Which lines are wanted. They may be more: whoever asks looks at each.
struct fleet_question {
    std::vector<std::string> gateways = {}; // empty: all
    std::optional<std::chrono::system_clock::time_point> since = {}, until = {};
    std::vector<std::string> ids = {};
    std::vector<std::string> senders = {}; // beside lines that count in every answer; of logs whose people are hashed all lines
    std::uint64_t first_record = 0, last_record = UINT64_MAX;
};

class fleet {
public:
    explicit fleet(database_url database)
        : database_(std::move(database)) {}

    const database_url& database() const { return database_; }

    // Those that ever wrote, in the order of their names.
    std::vector<fleet_gateway> gateways() const;

    // Of one gateway in the order of its records, of several in the order of time. Asked for when the first one is.
    std::unique_ptr<log_lines> lines(fleet_question asked) const;
    std::unique_ptr<log_lines> checkpoints(const std::string& gateway) const;

private:
    database_url database_;
};

} // namespace sealgate::milter
