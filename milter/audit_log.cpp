#include "milter/audit_log.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <stdexcept>
#include <sys/file.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace sealgate::milter {

namespace {

std::string system_error(std::string_view what, const std::string& path) {
    return std::string(what) + " " + path + ": " + std::strerror(errno);
}

[[noreturn]] void fail(std::string_view what, const std::string& path) {
    throw std::runtime_error(system_error(what, path));
}

std::string read_range(int fd, off_t from, off_t to, const std::string& path) {
    std::string bytes(static_cast<std::size_t>(to - from), '\0');
    for (std::size_t have = 0; have < bytes.size();) {
        const auto n = ::pread(fd, bytes.data() + have, bytes.size() - have, from + static_cast<off_t>(have));
        if (n <= 0) fail("cannot read", path);
        have += static_cast<std::size_t>(n);
    }
    return bytes;
}

// Offset just behind the last line end before `end`, or 0.
off_t line_start(int fd, off_t end, const std::string& path) {
    constexpr off_t step = 64 * 1024;
    for (off_t to = end; to > 0;) {
        const off_t from = std::max<off_t>(0, to - step);
        const auto bytes = read_range(fd, from, to, path);
        if (const auto at = bytes.rfind('\n'); at != std::string::npos) return from + static_cast<off_t>(at) + 1;
        to = from;
    }
    return 0;
}

std::string made_ready(const std::string& directory) {
    keys::make_private_directory(directory);
    return audit_log::path_in(directory);
}

} // namespace

audit_log::audit_log(const std::string& directory)
    : path_(made_ready(directory)), file_(path_, O_RDWR | O_CREAT | O_APPEND, 0640) {
    if (::flock(file_.descriptor(), LOCK_EX | LOCK_NB) != 0)
        throw std::runtime_error("the audit log " + path_ + " is in use by another gateway");
    keys::sync_directory(directory);
    pick_up_end();
    writer_ = std::thread([this] { run(); });
}

audit_log::~audit_log() {
    {
        const std::lock_guard lock(mutex_);
        closing_ = true;
    }
    wake_.notify_one();
    writer_.join();
}

void audit_log::pick_up_end() {
    struct stat status{};
    if (::fstat(file_.descriptor(), &status) != 0) fail("cannot look at", path_);
    size_ = line_start(file_.descriptor(), status.st_size, path_);
    if (size_ < status.st_size) {
        if (::ftruncate(file_.descriptor(), size_) != 0 || ::fsync(file_.descriptor()) != 0) fail("cannot repair", path_);
        repair_ = "removed " + std::to_string(status.st_size - size_) + " octets of a record cut short at the end of " + path_;
    }
    if (size_ == 0) return;
    const auto start = line_start(file_.descriptor(), size_ - 1, path_);
    const auto end = policy::end_at(read_range(file_.descriptor(), start, size_ - 1, path_));
    if (!end)
        throw std::runtime_error("the last record of " + path_ + " " + end.error() +
                                 "; run `sealgate audit verify`, then move the file away to begin a new log");
    end_ = *end;
}

void audit_log::append(std::string fields, completion done) {
    {
        const std::lock_guard lock(mutex_);
        queue_.push_back({std::move(fields), std::move(done)});
    }
    wake_.notify_one();
}

void audit_log::run() {
    for (;;) {
        std::vector<waiting> batch;
        {
            std::unique_lock lock(mutex_);
            wake_.wait(lock, [this] { return closing_ || !queue_.empty(); });
            if (queue_.empty()) return;
            batch.swap(queue_);
        }
        const auto error = commit(batch);
        for (const auto& one : batch) one.done(error);
    }
}

std::string audit_log::commit(const std::vector<waiting>& batch) {
    auto end = end_;
    std::string lines;
    for (const auto& one : batch) lines += policy::chain(end, one.fields) + "\n";
    auto error = write_and_sync(lines);
    if (error.empty()) {
        end_ = end;
        size_ += static_cast<off_t>(lines.size());
    } else if (::ftruncate(file_.descriptor(), size_) != 0) {
        error += "; and its beginning could not be taken back";
    }
    return error;
}

std::string audit_log::write_and_sync(const std::string& lines) {
    // A log that was moved or deleted would take records that nobody finds again.
    struct stat here{};
    struct stat named{};
    if (::fstat(file_.descriptor(), &here) != 0 || ::stat(path_.c_str(), &named) != 0)
        return system_error("the audit log is gone:", path_);
    if (here.st_ino != named.st_ino || here.st_dev != named.st_dev)
        return "the audit log " + path_ + " was replaced while the gateway runs; restart it";
    if (here.st_size != size_) return "the audit log " + path_ + " was changed while the gateway runs; restart it";
    try {
        file_.write_all(lines);
        file_.sync();
        return {};
    } catch (const std::system_error& problem) {
        return problem.what();
    }
}

} // namespace sealgate::milter
