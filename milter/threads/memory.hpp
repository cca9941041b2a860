// The memory of threads across restarts: a thread_table, and its file and key in state/threads/.
//
// What leaves as something sensitive is on disk before its sender is answered; a mail of others that joins a thread is written
// and not waited for, nor synced: a gateway that dies loses nothing of it, a machine that does loses the last seconds.
// The file is appended to by a thread of its own, which syncs what waits together, and is written anew when it has grown.
// Nothing here keeps the gateway from starting: a file that is broken or not ours, and a key that is none, are moved aside
// and said; what cannot be opened or written is said, tried again with each mail, and told to whoever waits.
// Any thread; one gateway at a time (the audit log's lock sees to it).
#pragma once

#include "keys/base/files.hpp"
#include "milter/threads/table.hpp"

#include <condition_variable>
#include <expected>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace sealgate::milter {

// The file and the key below the directory.
std::filesystem::path thread_memory_file(const std::filesystem::path& directory);
std::filesystem::path thread_key_file(const std::filesystem::path& directory);

// What a gateway knows, read and left alone; empty where there is nothing yet. An error, in one line, where it cannot be read.
std::expected<thread_table, std::string> read_threads(const std::filesystem::path& directory);

class thread_memory {
public:
    // Called once, on the writer thread: empty text when all is on disk, else why it is not.
    using completion = std::function<void(std::string error)>;
    using clock = std::function<std::chrono::system_clock::time_point()>;
    using complaint = std::function<void(std::string_view)>;

    thread_memory(std::filesystem::path directory, complaint complain, clock now = &std::chrono::system_clock::now);
    ~thread_memory(); // writes what waits
    thread_memory(const thread_memory&) = delete;
    thread_memory& operator=(const thread_memory&) = delete;

    // The names of the classifications under which these mails are known.
    std::vector<std::string> find(const std::vector<std::string>& ids) const;

    // A mail of ours. Known at once, also where the disk fails: it gets all with the next line then.
    void remember(const std::vector<std::string>& ids, std::string_view name, completion done);

    // A mail of others that answers one that is known.
    void join(const std::vector<std::string>& ids, std::string_view name);

private:
    struct waiting {
        std::string lines;
        completion done; // nothing: nobody waits
    };

    std::chrono::sys_seconds now() const { return std::chrono::floor<std::chrono::seconds>(now_()); }
    void open();
    void read();
    std::string key_at_hand();
    void set_aside(const std::filesystem::path& file, std::string_view why);
    void append(waiting what);
    void run();
    void write(const std::vector<waiting>& batch);
    void write_lines(const std::string& lines, bool is_awaited);
    void rewrite();
    void say(const std::string& problem);

    const std::filesystem::path directory_;
    const complaint complain_;
    const clock now_;

    // Of the writer thread.
    std::unique_ptr<keys::open_file> to_;
    std::size_t grown_ = 0, rewritten_ = 0; // octets since it was written anew, and octets it had then
    bool is_behind_ = true;                 // the file lacks something, or ends in half a line
    std::string key_;
    bool has_key_ = false; // on disk
    std::string said_;

    mutable std::mutex mutex_; // the table; never held while the disk works
    thread_table table_{{}};

    std::mutex queueing_;
    std::condition_variable wake_;
    std::vector<waiting> queue_;
    bool closing_ = false;
    std::thread writer_; // last: it uses all the others
};

} // namespace sealgate::milter
