// The lines of an audit log in the order of their records, wherever it is kept: in a gateway's files (reader), or in a database
// to which many gateways brought theirs (milter/fleet/fleet_log).
// Tested by audit/reader_test and e2e/test_fleet_log.py.
#pragma once

#include <string>
#include <string_view>

namespace sealgate::milter {

class log_lines {
public:
    virtual ~log_lines() = default;

    // The next line without its line end, or false: there is none now. Asked again, it tells what has come since.
    virtual bool next(std::string& line) = 0;
    // For people: where the last line is from.
    virtual std::string place() const = 0;
    // What stands behind the last line end: an unfinished line.
    virtual std::string_view unfinished() const { return {}; }
    // Whose the last line is, where the lines are of several gateways; else empty.
    virtual std::string_view gateway() const { return {}; }

protected:
    log_lines() = default;
    log_lines(const log_lines&) = default;
    log_lines(log_lines&&) = default;
    log_lines& operator=(const log_lines&) = default;
    log_lines& operator=(log_lines&&) = default;
};

} // namespace sealgate::milter
