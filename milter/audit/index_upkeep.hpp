// Makes the indexes of the log (milter/audit/index_file.hpp), so that they are there before somebody asks.
// Tested by audit/line_choice_test.
#pragma once

#include "milter/audit/index_file.hpp"

#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <map>
#include <mutex>
#include <stop_token>
#include <sys/types.h>
#include <thread>

namespace sealgate::milter {

struct indexing {
    off_t least = 64 * 1024;                  // octets: a smaller file is read as quickly as its index
    off_t least_growth = 16 * 1024 * 1024;    // of the written file, since it was indexed
    off_t part = 64 * 1024 * 1024;            // at a time, in memory as its postings; below 4 GiB
    std::chrono::milliseconds settled{2'000}; // since a file that was put away changed: its times tell then of any change
    bool from_the_ground = false;             // looks at all of an index that is there, and makes a broken one anew
    std::stop_token stop = {};
};

// Makes the index of this file of the log, or adds what it lacks. What can't be read or written is left, and a directory of
// another user's as well. Whether all was covered that is to be.
bool bring_index_up_to_date(const std::filesystem::path& log, const indexing& how);

// Does so in the background for all files of a log, on a thread that leaves the processor and the disk to others, and removes
// indexes whose file is gone.
class index_upkeep {
public:
    explicit index_upkeep(std::filesystem::path directory, std::chrono::milliseconds between_looks = std::chrono::seconds(20),
                          indexing how = {});
    ~index_upkeep();
    index_upkeep(const index_upkeep&) = delete;
    index_upkeep& operator=(const index_upkeep&) = delete;

private:
    void run(const std::stop_token& stop);
    void look(const std::stop_token& stop);
    void look_at(const std::filesystem::path& log, const std::stop_token& stop);

    const std::filesystem::path directory_;
    const std::chrono::milliseconds between_looks_;
    const indexing how_;
    std::map<std::filesystem::path, keys::file_state> seen_; // as they were when their index was made, or could not be
    std::mutex mutex_;
    std::condition_variable_any wake_;
    std::jthread thread_; // last: it uses all the others
};

} // namespace sealgate::milter
