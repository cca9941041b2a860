// A syslog that takes a line for each record (policy/audit/syslog_line.hpp).
//
// Nobody there says what was read: what was sent and may have been lost with a connection, the last ten minutes up to twenty
// thousand records, is sent again over the next. So a record arrives at least once, as far as the log still has it, and
// whoever reads drops what comes twice by its number. A file beside the log says where the records end that are there for sure.
// Tested by e2e/test_syslog.py.
#pragma once

#include "milter/settings/sink_url.hpp"
#include "milter/sinks/destination.hpp"
#include "milter/sinks/syslog_transport.hpp"
#include "policy/audit/syslog_line.hpp"

#include <chrono>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <memory>
#include <string>

namespace sealgate::milter {

class syslog_destination : public log_destination {
public:
    // Connects. `directory`: of the file, which is made.
    syslog_destination(const syslog_url& to, const std::string& gateway, const std::filesystem::path& directory, int stop);
    ~syslog_destination() override;

    policy::chain_end end() override { return sure_; }
    bool takes_anything() const override { return true; }
    void append(const record_batch& some) override;
    bool look(std::uint64_t last) override;
    void finish() override;

private:
    struct sent {
        policy::chain_end end;
        std::chrono::steady_clock::time_point when;
    };
    void note();

    const std::filesystem::path file_;
    const policy::syslog_origin origin_;
    const policy::syslog_form form_;
    policy::chain_end sure_;
    policy::chain_end noted_; // as the file has it
    std::deque<sent> unsure_; // the last record of each append
    std::unique_ptr<syslog_transport> way_;
};

} // namespace sealgate::milter
