// Brings a gateway's audit log to another place, beside the local log and never instead of it.
//
// A thread reads the log's files, from where the records there end, and appends what follows, in order. So an outage of any
// length costs no memory and holds up no mail. What is not durable here is not sent. Where the records there are not those of
// this log, that is told.
// Tested by e2e/test_database.py and test_syslog.py.
#pragma once

#include "milter/base/lasting_problem.hpp"
#include "milter/sinks/destination.hpp"
#include "milter/sinks/retrying_thread.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

namespace sealgate::milter {

struct shipping {
    std::string shown; // for people: where it goes
    destination_maker connect;
    std::filesystem::path log;                      // the directory
    std::function<std::uint64_t()> durable;         // the last record that stays, whatever happens; any thread
    std::function<void(std::string_view)> complain; // any thread
};

class unshipped;

class shipper {
public:
    // Throws std::system_error where it cannot begin. Its end waits a moment; what is not there yet follows after the next
    // start.
    explicit shipper(shipping what);

    struct standing {
        std::string sink;
        std::uint64_t last_record = 0; // that is there, or was sent; 0: none, or it is not known yet
        std::string problem;           // why it goes on no further now; empty: it does
    };
    // Any thread.
    standing now() const;

private:
    std::unique_ptr<unshipped> rest_behind(policy::chain_end& end, const log_destination& to) const;
    void tell_gap(std::uint64_t last, std::uint64_t next) const;
    void ship();
    std::uint64_t last_shipped() const;
    void note_shipped(std::uint64_t last);
    void note_problem(std::string problem);

    const shipping what_;
    mutable std::mutex mutex_;
    standing standing_;
    lasting_problem problem_;
    retrying_thread thread_; // last: it uses all the others
};

} // namespace sealgate::milter
