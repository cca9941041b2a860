// Brings a gateway's audit log to a database (contrib/postgresql/sealgate.sql), beside the local log and never instead of it.
//
// A thread reads the log's files, from where the database says that its records end, and appends what follows, in order. So an
// outage of any length costs no memory and holds up no mail, and nothing is there twice: what became of an append whose answer
// was lost is asked, and not guessed. What is not durable here is not sent. A database whose records are not those of this log
// is told of, and nothing is written.
// Tested by e2e/test_database.py.
#pragma once

#include "milter/base/lasting_problem.hpp"
#include "milter/settings/sink_url.hpp"
#include "milter/sinks/connection.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

namespace sealgate::milter {

struct shipping {
    sink_url sink;
    std::string gateway;                            // as the database has to call it
    std::filesystem::path log;                      // the directory
    std::filesystem::path checkpoints;              // the file
    std::function<std::uint64_t()> durable;         // the last record that stays, whatever happens; any thread
    std::function<void(std::string_view)> complain; // any thread
};

class shipper {
public:
    explicit shipper(shipping what); // throws std::system_error where it cannot begin
    ~shipper();                      // waits for no answer; what is not there yet follows after the next start
    shipper(const shipper&) = delete;
    shipper& operator=(const shipper&) = delete;

    // What the end does first: nothing more is sent. Any thread.
    void stop() noexcept;

    struct standing {
        std::string sink;
        std::uint64_t last_record = 0; // that the database has; 0: none, or it is not known yet
        std::string problem;           // why it goes on no further now; empty: it does
    };
    // Any thread.
    standing now() const;

private:
    void run();
    bool try_to_ship(std::chrono::milliseconds& pause);
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
