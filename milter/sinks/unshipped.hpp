// The log's records behind what a sink has. Part of shipper.
// Tested by sinks/unshipped_test and e2e/test_database.py.
#pragma once

#include "milter/audit/reader.hpp"
#include "milter/sinks/destination.hpp"
#include "policy/audit/chain.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

namespace sealgate::milter {

class unshipped {
public:
    // `there`: where the records of the sink end. `go_on`: looked at now and then while the log is read; false ends the
    // reading. Throws another_log.
    unshipped(const std::filesystem::path& directory, const policy::chain_end& there, const std::function<bool()>& go_on);

    // The next record; false: there is none now. A damaged line is none.
    bool next();
    // next() gives this one again.
    void push_back() { is_pushed_back_ = true; }

    const policy::link& at() const { return at_; }
    const std::string& line() const { return line_; }

private:
    bool read();

    audit_reader reader_;
    std::string line_;
    policy::link at_;
    bool is_pushed_back_ = false;
};

} // namespace sealgate::milter
