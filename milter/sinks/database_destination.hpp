// A database that takes a gateway's records and checkpoints (contrib/postgresql/sealgate.sql): each once, in order. What became
// of an append whose answer was lost is asked, and not guessed.
// Tested by e2e/test_database.py.
#pragma once

#include "milter/settings/sink_url.hpp"
#include "milter/sinks/checkpoint_copies.hpp"
#include "milter/sinks/connection.hpp"
#include "milter/sinks/destination.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>

namespace sealgate::milter {

class database_destination : public log_destination {
public:
    // Connects. `gateway`: as the database has to call it; `checkpoints`: their file.
    database_destination(const database_url& to, const std::string& gateway, const std::filesystem::path& checkpoints,
                         int stop);

    policy::chain_end end() override { return end_; }
    // The database works on them while the next are read here. A record that it takes in no form but as octets is there as
    // these alone.
    void append(record_batch some) override;
    std::uint64_t last() const override { return end_.last_seq; }
    bool look() override;

private:
    void settle();
    void append_in_parts(std::span<const record_batch::record> some, bool as_octets = false);

    database_connection to_;
    policy::chain_end end_;
    std::optional<record_batch> under_way_;
    std::optional<checkpoint_copies> checkpoints_;
};

} // namespace sealgate::milter
