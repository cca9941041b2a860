// Lines out of a database as they come, none of them kept. Part of fleet.
// Tested by e2e/test_fleet_log.py.
#pragma once

#include "milter/fleet/fleet.hpp"
#include "milter/sinks/connection.hpp"

#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace sealgate::milter {

class fleet_log : public log_lines {
public:
    fleet_log(const database_url& database, fleet_question asked);

    bool next(std::string& line) override;
    std::string place() const override;
    std::string_view gateway() const override { return gateway_; }

private:
    void begin();
    bool has_hashed_people();
    void take(database_row& row, std::string& line);

    database_connection from_;
    std::string database_;
    fleet_question asked_;
    std::string gateway_;                         // of the last line
    std::map<std::string, std::uint64_t> behind_; // of each gateway, the last record that was told
    bool is_under_way_ = false;
};

class fleet_checkpoints : public log_lines {
public:
    fleet_checkpoints(const database_url& database, std::string gateway);

    bool next(std::string& line) override;
    std::string place() const override { return place_; }

private:
    database_connection from_;
    std::string place_;
    bool is_at_end_ = false;
};

// How long the next row is waited for.
inline constexpr std::chrono::minutes fleet_patience{10};

// For people: "postgresql://db.example.org/audit, mx1.example.org".
std::string fleet_place(const std::string& database, std::string_view gateway);

} // namespace sealgate::milter
