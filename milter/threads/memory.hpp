// The memory of threads across restarts: a thread_table, and its file on disk.
//
// What leaves as something sensitive is on disk before its sender is answered; a mail of others that joins a thread is written
// and not waited for, nor synced: a gateway that dies loses nothing of it, a machine that does loses the last seconds.
// The file is appended to by a thread of its own, which syncs what waits together, and is written anew when it has grown.
// Nothing here keeps the gateway from starting: what is there and cannot be read, or cannot be written, is said, tried again
// with each mail, and told to whoever asks or waits. Until it was read nothing is known, and nothing is remembered.
// Any thread; one gateway at a time (the audit log's lock sees to it).
#pragma once

#include "milter/base/lasting_problem.hpp"
#include "milter/threads/file.hpp"
#include "milter/threads/table.hpp"
#include "milter/writers/batch_queue.hpp"
#include "milter/writers/unwritten.hpp"

#include <chrono>
#include <filesystem>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace sealgate::milter {

class thread_memory {
public:
    // Called once: empty when it is done, else why it is not.
    using completion = std::function<void(unwritten error)>;
    using clock = std::function<std::chrono::system_clock::time_point()>;

    thread_memory(std::filesystem::path directory, thread_file::complaint complain,
                  clock now = &std::chrono::system_clock::now);
    ~thread_memory(); // writes what waits
    thread_memory(const thread_memory&) = delete;
    thread_memory& operator=(const thread_memory&) = delete;

    bool is_read() const;
    // Tries to, where it could not be read until now. On the writer thread; nothing waits for it without `done`.
    void read_again(completion done);

    // The names of the classifications under which these mails are known. Nothing where that can't be told: it is not read.
    std::optional<std::vector<std::string>> find(const std::vector<std::string>& ids) const;

    // A mail of ours, or one that another gateway of ours sent: what others send makes none of ours forgotten. Known at once,
    // also where it cannot be written: the disk gets it with the next line then.
    void remember(const std::vector<std::string>& ids, std::string_view name, completion done,
                  whose_mail whose = whose_mail::ours);

    // A mail of others that answers one that is known.
    void join(const std::vector<std::string>& ids, std::string_view name);

private:
    struct waiting {
        std::string lines;
        completion done; // nothing: nobody waits
    };

    std::chrono::sys_seconds now() const { return std::chrono::floor<std::chrono::seconds>(now_()); }
    thread_table table() const;
    void run();
    void write(const std::vector<waiting>& batch);
    unwritten commit(const std::vector<waiting>& batch);
    void read();
    void say(const std::string& problem);

    const thread_file::complaint complain_;
    const clock now_;

    // Of the writer thread.
    thread_file file_;
    lasting_problem writing_;

    mutable std::mutex mutex_; // the table; never held while the disk works
    bool is_read_ = false;
    thread_table table_{{}};

    batch_queue<waiting> queue_;
    std::thread writer_; // last: it uses all the others
};

} // namespace sealgate::milter
