// A syslog that takes a line for each record (policy/audit/syslog_line.hpp).
//
// Nobody there says what was read: what was sent and may have been lost with a connection, the last ten minutes up to twenty
// thousand records, is sent again over the next. So a record arrives at least once at the other machine, as far as the log
// still has it, and whoever reads drops what comes twice by its number. What is lost behind that, in the memory of a syslog
// server that is killed long after, nobody here learns.
// Tested by sinks/syslog_progress_test and e2e/test_syslog.py.
#pragma once

#include "milter/settings/sink_url.hpp"
#include "milter/sinks/destination.hpp"
#include "milter/sinks/syslog_transport.hpp"
#include "policy/audit/syslog_line.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <memory>
#include <string>

namespace sealgate::milter {

// What was sent, over one connection after another.
class syslog_progress {
public:
    // In the directory, which is made, a file for this syslog.
    syslog_progress(const std::filesystem::path& directory, const syslog_url& to);

    // Where the records end that are there for sure; as the file has it, where it was noted.
    const policy::chain_end& sure() const { return sure_; }
    void note_sent(policy::chain_end end);
    // What was sent long ago, or far behind the last, is sure now.
    void note_arrived(std::uint64_t last);
    void note_read(const policy::chain_end& end);
    void keep(); // throws std::system_error

private:
    struct sent {
        policy::chain_end end;
        std::chrono::steady_clock::time_point when; // the first time
    };

    const std::filesystem::path file_;
    policy::chain_end sure_, kept_;
    std::deque<sent> unsure_; // the last record of each append, in their order
};

class syslog_destination : public log_destination {
public:
    // Connects. `progress` outlives it.
    syslog_destination(const syslog_url& to, const std::string& gateway, syslog_progress& progress, int stop);
    ~syslog_destination() override;

    policy::chain_end end() override { return progress_.sure(); }
    bool takes_anything() const override { return true; }
    void append(record_batch some) override;
    std::uint64_t last() const override { return std::max(last_.last_seq, progress_.sure().last_seq); }
    bool look() override;
    void finish() override;

private:
    syslog_progress& progress_;
    const policy::syslog_origin origin_;
    const policy::syslog_form form_;
    std::unique_ptr<syslog_transport> way_;
    policy::chain_end last_; // that was sent this way
};

} // namespace sealgate::milter
