#include "milter/audit_file.hpp"

#include "milter/audit_files.hpp"
#include "milter/audit_reader.hpp"
#include "milter/file_tail.hpp"

#include <cerrno>
#include <fcntl.h>
#include <stdexcept>
#include <sys/file.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace sealgate::milter {

namespace {

namespace fs = std::filesystem;

std::string system_error(std::string_view what, const fs::path& path) {
    return std::string(what) + " " + path.string() + ": " + std::generic_category().message(errno);
}

[[noreturn]] void fail(std::string_view what, const fs::path& path) { throw std::runtime_error(system_error(what, path)); }

struct stat status_of(const keys::open_file& file, const fs::path& path) {
    struct stat status = {};
    if (::fstat(file.descriptor(), &status) != 0) fail("cannot look at", path);
    return status;
}

// Where the log stands after the last line of a file; nothing for an empty one.
std::optional<policy::chain_end> end_of(const keys::open_file& file, const fs::path& path) {
    const auto size = status_of(file, path).st_size;
    if (size == 0) return std::nullopt;
    const auto start = line_start(file.descriptor(), size - 1, path);
    const auto end = policy::end_at(read_range(file.descriptor(), start, size - 1, path));
    if (!end)
        throw std::runtime_error("the last record of " + path.string() + " " + end.error() +
                                 "; run `sealgate audit verify`, then move the log's files away to begin a new log");
    return *end;
}

std::uint64_t first_record_of(const fs::path& path, std::uint64_t otherwise) {
    audit_reader reader(std::vector{path});
    std::string line;
    const auto first = reader.next(line) ? policy::end_at(line) : std::unexpected(std::string{});
    return first ? first->last_seq : otherwise;
}

fs::path made_ready(const fs::path& directory) {
    keys::make_private_directory(directory, open_to_group);
    return directory;
}

} // namespace

audit_file::audit_file(const fs::path& directory)
    : directory_(made_ready(directory))
    , lock_(directory / "lock", O_RDWR | O_CREAT) {
    if (::flock(lock_.descriptor(), LOCK_EX | LOCK_NB) != 0)
        throw std::runtime_error("the audit log in " + directory.string() + " is in use by another gateway");
    file_ = std::make_unique<keys::open_file>(path(), O_RDWR | O_CREAT | O_APPEND, readable_by_group);
    if (!S_ISREG(status_of(*file_, path()).st_mode)) throw std::runtime_error(path().string() + " is no regular file");
    keys::sync_directory(directory_);
    remove_unfinished();
    pick_up_end();
}

fs::path audit_file::path() const { return written_log(directory_); }

void audit_file::remove_unfinished() {
    const auto size = status_of(*file_, path()).st_size;
    size_ = line_start(file_->descriptor(), size, path());
    if (size_ == size) return;
    if (::ftruncate(file_->descriptor(), size_) != 0 || ::fsync(file_->descriptor()) != 0) fail("cannot repair", path());
    repaired_ = static_cast<std::uint64_t>(size - size_);
}

void audit_file::pick_up_end() {
    const auto last_written = status_of(*file_, path()).st_mtim.tv_sec;
    if (const auto end = end_of(*file_, path())) {
        end_ = *end;
        first_record_ = first_record_of(path(), end_.last_seq);
        last_day_ = std::chrono::floor<std::chrono::days>(std::chrono::sys_seconds(std::chrono::seconds(last_written)));
        return;
    }
    const auto files = log_files(directory_);
    if (files.size() > 1) {
        const auto& before = files[files.size() - 2];
        const auto end = end_of(keys::input_file(before), before);
        if (!end)
            throw std::runtime_error(before.string() +
                                     " is empty, and was not when the log went on in a new file; put it back from "
                                     "a copy, or move the log's files away to begin a new log");
        end_ = *end;
    }
    first_record_ = end_.last_seq + 1;
}

std::string audit_file::append(std::string_view lines, const policy::chain_end& end, std::chrono::sys_days today) {
    auto error = write_and_sync(lines);
    if (error.empty()) {
        end_ = end;
        size_ += static_cast<off_t>(lines.size());
        last_day_ = today;
    } else if (::ftruncate(file_->descriptor(), size_) != 0) {
        error += "; and its beginning could not be taken back";
    }
    return error;
}

std::string audit_file::write_and_sync(std::string_view lines) {
    // A log that was moved or deleted would take records that nobody finds again.
    struct stat here = {};
    struct stat named = {};
    const auto name = path();
    if (::fstat(file_->descriptor(), &here) != 0 || ::stat(name.c_str(), &named) != 0)
        return system_error("the audit log is gone:", name);
    if (here.st_ino != named.st_ino || here.st_dev != named.st_dev)
        return "the audit log " + name.string() + " was replaced while the gateway runs; restart it";
    if (here.st_size != size_) return "the audit log " + name.string() + " was changed while the gateway runs; restart it";
    try {
        file_->write_all(lines);
        file_->sync();
        return {};
    } catch (const std::system_error& problem) {
        return problem.what();
    }
}

// The empty file is there before the full one gets its other name: what can fail for want of room fails first.
std::string audit_file::rotate() {
    try {
        const auto away = rotated_log(directory_, first_record_);
        if (fs::exists(away)) return "cannot rotate the audit log: " + away.string() + " is there already";
        auto fresh_path = path();
        fresh_path += ".new";
        fs::remove(fresh_path);
        const keys::open_file fresh(fresh_path, O_RDWR | O_CREAT, readable_by_group);
        fs::rename(path(), away);
        fs::rename(fresh_path, path());
        keys::sync_directory(directory_);
        file_ = std::make_unique<keys::open_file>(path(), O_RDWR | O_APPEND);
    } catch (const std::system_error& problem) {
        return std::string("cannot rotate the audit log: ") + problem.what();
    }
    size_ = 0;
    first_record_ = end_.last_seq + 1;
    last_day_.reset();
    return {};
}

} // namespace sealgate::milter
