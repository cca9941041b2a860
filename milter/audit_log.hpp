// The audit log on disk: one JSON line a record, hash-linked (policy/chain.hpp), durable before anybody is told.
//
// Group commit: records that wait together are written by one write and made durable by one fsync; a writer thread
// does both. A record that can't be made durable leaves no trace in the file, and its waiter is told why.
// One process at a time: the file is locked. A line cut short by a crash is removed when the log is opened: nobody was
// ever told of it.
#pragma once

#include "keys/files.hpp"
#include "policy/chain.hpp"

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <sys/types.h>
#include <thread>
#include <vector>

namespace sealgate::milter {

class audit_log {
public:
    // Called once on the writer thread: empty text when the record is on disk, else why it is not.
    using completion = std::function<void(std::string error)>;

    // Opens or makes DIRECTORY/audit.jsonl. Throws std::runtime_error if it can't be opened, is locked by another
    // process, or its last line is damaged.
    explicit audit_log(const std::string& directory);
    ~audit_log(); // writes what waits
    audit_log(const audit_log&) = delete;
    audit_log& operator=(const audit_log&) = delete;

    // `fields` as policy::audit_fields() makes them. Any thread.
    void append(std::string fields, completion done);

    static std::string path_in(const std::string& directory) { return directory + "/audit.jsonl"; }
    // What was removed at opening; empty if nothing was. For one line in the gateway's own log.
    const std::string& repair() const { return repair_; }

private:
    struct waiting {
        std::string fields;
        completion done;
    };

    void pick_up_end();
    void run();
    std::string commit(const std::vector<waiting>& batch);
    std::string write_and_sync(const std::string& lines);

    std::string path_;
    keys::open_file file_;
    off_t size_ = 0; // of what is durable
    policy::chain_end end_;
    std::string repair_;

    std::mutex mutex_;
    std::condition_variable wake_;
    std::vector<waiting> queue_;
    bool closing_ = false;
    std::thread writer_;
};

} // namespace sealgate::milter
