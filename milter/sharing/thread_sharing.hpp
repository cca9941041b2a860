// What other gateways' mails are known to be, so that an answer is known by whichever gateway it goes through.
//
// The database to which gateways bring their logs (audit.sinks) tells each of them which mails of the others left as something
// sensitive: a thread reads them, in the order of their records, and goes on when the database says that there are more
// (LISTEN). What is heard is in the memory of threads, on disk, before it is noted as heard: whatever ends in between, it is
// heard once more, which does no harm. Without the database a gateway knows what it knew; what it missed follows.
// Tested by e2e/test_shared_threads.py.
#pragma once

#include "milter/base/lasting_problem.hpp"
#include "milter/settings/config.hpp"
#include "milter/settings/sink_url.hpp"
#include "milter/sharing/positions.hpp"
#include "milter/sinks/connection.hpp"
#include "milter/sinks/retrying_thread.hpp"
#include "policy/decision/thread.hpp"

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::milter {

class thread_sharing {
public:
    // Remembers them, and calls `done` when that is on disk; with why it is not, where it is not. Any thread.
    using listener =
        std::function<void(std::vector<policy::recorded_mail> mails, std::function<void(const std::string& problem)> done)>;

    struct surroundings {
        std::string gateway; // as the database calls this one
        database_url database;
        std::filesystem::path file; // of positions
        listener hear;
        std::function<void(std::string_view)> complain; // any thread
    };

    explicit thread_sharing(surroundings with); // throws std::system_error where it cannot begin

    // What the end does first. Any thread.
    void stop() noexcept { thread_.stop(); }

    // Why nothing is heard now; empty: it is. Any thread.
    std::string problem() const { return problem_.what(); }

private:
    void listen();
    bool read_more(database_connection& from);
    void take(std::vector<policy::recorded_mail> mails);
    void note_problem(const std::string& problem);

    const surroundings with_;
    read_positions read_;
    std::size_t most_ = 1; // of each gateway's records at a time, as the last answer allows
    bool got_on_ = false;  // of the thread
    watched_problem problem_;
    retrying_thread thread_; // last: it uses all the others
};

// By the first database of audit.sinks; nothing: there is none. Throws std::system_error.
std::unique_ptr<thread_sharing> sharing_of(const config& gateway, thread_sharing::listener hear,
                                           std::function<void(std::string_view)> complain);

} // namespace sealgate::milter
