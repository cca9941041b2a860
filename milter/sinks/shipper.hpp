// Brings a gateway's audit log to another place, beside the local log and never instead of it.
//
// A thread reads the log's files, from where the records there end, and appends what follows, in order. So an outage of any
// length costs no memory and holds up no mail. What is not durable here is not sent. Where the records there are not those of
// this log, that is told.
// Tested by e2e/test_database.py and test_syslog.py.
#pragma once

#include "milter/base/lasting_problem.hpp"
#include "milter/sinks/destination.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

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
    explicit shipper(shipping what); // throws std::system_error where it cannot begin
    ~shipper();                      // waits for no answer; what is not there yet follows after the next start
    shipper(const shipper&) = delete;
    shipper& operator=(const shipper&) = delete;

    struct standing {
        std::string sink;
        std::uint64_t last_record = 0; // that is there; 0: none, or it is not known yet
        std::string problem;           // why it goes on no further now; empty: it does
    };
    // Any thread.
    standing now() const;

private:
    void run();
    bool try_to_ship(std::chrono::milliseconds& pause);
    std::unique_ptr<unshipped> rest_behind(policy::chain_end& end, const log_destination& to) const;
    void tell_gap(std::uint64_t last, std::uint64_t next) const;
    void ship();
    std::uint64_t last_shipped() const;
    void note_shipped(std::uint64_t last);
    void note_problem(std::string problem);
    bool wait(std::chrono::milliseconds time) const;

    const shipping what_;
    int stop_; // an eventfd
    mutable std::mutex mutex_;
    standing standing_;
    lasting_problem problem_;
    std::thread thread_; // last: it uses all the others
};

} // namespace sealgate::milter
