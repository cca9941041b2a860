#include "milter/audit/log_file.hpp"

#include "milter/audit/file_tail.hpp"
#include "milter/audit/index_file.hpp"
#include "milter/audit/layout.hpp"
#include "milter/audit/reader.hpp"
#include "milter/base/exception_text.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <ranges>
#include <stdexcept>
#include <sys/file.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace sealgate::milter {

namespace {

namespace fs = std::filesystem;
using policy::log_state;

[[noreturn]] void fail(std::string_view what, const fs::path& path) {
    throw std::system_error(errno, std::generic_category(), std::string(what) + " " + path.string());
}

bool is_same_file(const struct stat& a, const struct stat& b) { return a.st_ino == b.st_ino && a.st_dev == b.st_dev; }

// The end of a log's file, as its lines tell.
struct last_lines {
    off_t size = 0;                            // of whole lines
    std::optional<policy::chain_end> end = {}; // after its last genuine record
    bool is_sound = true;                      // that is its last line, or there is no line
};

// Reads backwards, as far as it takes.
last_lines last_lines_of(const keys::open_file& file, const fs::path& path) {
    last_lines out{.size = line_start(file.descriptor(), file.status().st_size, path)};
    for (auto to = out.size; to > 0 && !out.end;) {
        const auto from = line_start(file.descriptor(), to - 1, path);
        constexpr off_t longest = policy::longest_record;
        if (to - 1 - from <= longest)
            if (auto end = policy::end_at(read_range(file.descriptor(), from, to - 1, path))) out.end = *std::move(end);
        if (!out.end) out.is_sound = false;
        to = from;
    }
    return out;
}

// Likewise of one that was rotated away.
last_lines last_lines_of_rotated(const fs::path& path) {
    if (!is_compressed(path)) return last_lines_of(keys::input_file(path), path);
    last_lines out;
    audit_reader reader(std::vector{path});
    for (std::string line; reader.next(line);) {
        out.size += static_cast<off_t>(line.size()) + 1;
        auto end = policy::end_at(line);
        out.is_sound = end.has_value();
        if (end) out.end = *std::move(end);
    }
    return out;
}

// The number of the first genuine record; nothing where there is none, or where nobody lets us read it.
std::optional<std::uint64_t> first_record_of(const fs::path& path) try {
    audit_reader reader(std::vector{path});
    for (std::string line; reader.next(line);)
        if (const auto found = policy::end_at(line)) return found->last_seq;
    return std::nullopt;
} catch (const std::system_error&) {
    return std::nullopt;
}

// What it tells of the log's name that no file can be opened there; nothing where the machine is what fails.
std::optional<log_state> told_by(const std::error_code& problem) {
    if (problem == std::errc::permission_denied || problem == std::errc::operation_not_permitted) return log_state::barred;
    const bool is_other_thing = problem == std::errc::is_a_directory || problem == std::errc::no_such_file_or_directory ||
                                problem == std::errc::not_a_directory || problem == std::errc::no_such_device_or_address ||
                                problem == std::errc::too_many_symbolic_link_levels;
    return is_other_thing ? std::optional(log_state::no_file) : std::nullopt;
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
    open_written();
    keys::sync_directory(directory_);
    forget_index(path()); // nobody looked while no gateway ran
    pick_up_end();
    note_as_left();
}

fs::path audit_file::path() const { return written_log(directory_); }

// What others put in its place is not waited for: the log goes on in a new file. What can only be read tells where the log
// ends.
void audit_file::open_written() {
    std::error_code unclear;
    const auto there = fs::status(path(), unclear);
    if (fs::exists(there) && !fs::is_regular_file(there)) {
        found_ = log_state::no_file;
        return;
    }
    try {
        file_ = std::make_unique<keys::open_file>(path(), O_RDWR | O_CREAT | O_APPEND, readable_by_group);
    } catch (const std::system_error& problem) {
        found_ = told_by(problem.code());
        if (!found_) throw;
    }
    if (found_ != log_state::barred) return;
    try {
        file_ = std::make_unique<keys::open_file>(path(), O_RDONLY);
    } catch (const std::system_error&) {
        file_.reset();
    }
}

void audit_file::note_as_left() {
    if (file_) left_ = keys::state_of(file_->status());
}

void audit_file::pick_up_end() {
    struct stat status = {};
    if (file_) status = file_->status();
    const auto written = file_ ? last_lines_of(*file_, path()) : last_lines{};
    if (!written.is_sound && !found_) found_ = log_state::damaged;
    size_ = written.size;
    if (written.end) {
        end_ = *written.end;
        first_record_ = first_record_of(path()).value_or(end_.last_seq);
        const std::chrono::sys_seconds last_written(std::chrono::seconds(status.st_mtim.tv_sec));
        last_day_ = std::chrono::floor<std::chrono::days>(last_written);
    } else {
        // It was rotated, and has no record yet.
        auto before = log_files(directory_);
        std::erase(before, path());
        for (const auto& file : before | std::views::reverse) {
            const auto last = last_lines_of_rotated(file);
            if ((!last.is_sound || last.size == 0) && !found_) found_ = log_state::damaged;
            if (last.end) end_ = *last.end;
            if (last.end) break;
        }
        first_record_ = end_.last_seq + 1;
    }
    if (status.st_size > size_ && found_ != log_state::barred) remove_unfinished(status.st_size);
}

// A record of ours that a crash cut short. Whatever else stands behind the last line is not ours to take away.
void audit_file::remove_unfinished(off_t size) {
    const auto ours = policy::beginning_of_next(end_);
    const auto rest = read_range(file_->descriptor(), size_, std::min<off_t>(size, size_ + off_t(ours.size())), path());
    if (!ours.starts_with(rest)) {
        found_ = log_state::damaged;
        return;
    }
    if (::ftruncate(file_->descriptor(), size_) != 0 || ::fsync(file_->descriptor()) != 0) fail("cannot repair", path());
    repaired_ = static_cast<std::uint64_t>(size - size_);
}

void audit_file::hold_against(const policy::chain_end& is_signed) {
    const bool fits = is_signed.last_seq < end_.last_seq || is_signed == end_;
    if (fits) return;
    if (!found_ || found_ == log_state::damaged) found_ = log_state::behind;
    first_record_ = std::min(end_.last_seq + 1, is_signed.last_seq);
    end_ = is_signed;
}

std::optional<log_state> audit_file::look() {
    if (found_) return found_;
    struct stat named = {};
    const auto name = path();
    if (::stat(name.c_str(), &named) != 0) {
        const auto problem = errno;
        if (::lstat(name.c_str(), &named) == 0) return log_state::replaced; // a link that leads nowhere
        if (problem == ENOENT) return log_state::gone;
        errno = problem;
        fail("cannot look at", name);
    }
    const auto here = file_->status();
    if (!is_same_file(here, named)) return log_state::replaced;
    if (here.st_size > size_) return log_state::grown;
    if (here.st_size < size_) return here.st_size == 0 ? log_state::emptied : log_state::cut;
    const auto state = keys::state_of(here);
    if (state == left_) return std::nullopt;
    // Touched, or written over.
    forget_index(name);
    const auto last = last_lines_of(*file_, name);
    if (last.size != size_ || !last.is_sound || (size_ > 0 && last.end != end_)) return log_state::changed;
    left_ = state;
    return std::nullopt;
}

// Among the rotated files, in their order, where it has records and the name is free; else beside the log.
fs::path audit_file::name_to_keep() const {
    std::optional<std::uint64_t> first;
    std::error_code unclear;
    if (fs::is_regular_file(path(), unclear)) first = first_record_of(path());
    if (first && !has_rotated_log(directory_, *first)) return rotated_log(directory_, *first);
    for (unsigned copy = 1;; ++copy)
        if (auto name = found_log(directory_, end_.last_seq + 1, copy); !fs::exists(fs::symlink_status(name))) return name;
}

policy::log_found audit_file::go_on_anew(log_state why) {
    policy::log_found out{.what = why, .first_record = first_record_, .last_record = end_.last_seq};
    if (!found_) out.octets_left = size();
    const auto there = fs::symlink_status(path());
    if (fs::is_regular_file(there)) out.octets = fs::file_size(path());
    fs::path away;
    if (fs::exists(there) && !(fs::is_regular_file(there) && out.octets == 0)) away = name_to_keep();
    begin_file(away);
    out.kept_as = away.filename();
    found_.reset();
    return out;
}

unwritten audit_file::append(std::string_view lines, const policy::chain_end& end, std::chrono::sys_days today) {
    unwritten error;
    try {
        file_->write_all(lines);
        file_->sync();
        size_ += static_cast<off_t>(lines.size());
        end_ = end;
        last_day_ = today;
    } catch (const keys::unfinished_write& problem) {
        error = why_unwritten(problem);
        take_back(lines.substr(0, problem.written), error);
    } catch (const std::system_error& problem) {
        error = why_unwritten(problem);
        take_back(lines, error);
    }
    struct stat status = {};
    if (::fstat(file_->descriptor(), &status) == 0) left_ = keys::state_of(status);
    return error;
}

// What was written just now, where it stands at the end, and nothing else: the file may have been cut, or written to,
// meanwhile. What stays is found at the next look.
void audit_file::take_back(std::string_view written, unwritten& error) {
    if (written.empty()) return;
    try {
        const auto size = file_->status().st_size;
        const auto begin = size - static_cast<off_t>(written.size());
        if (begin < 0 || read_range(file_->descriptor(), begin, size, path()) != written) return;
        if (::ftruncate(file_->descriptor(), begin) != 0) fail("cannot cut", path());
    } catch (const std::system_error& problem) {
        error.text += "; and its beginning could not be taken back: " + text_of(problem);
    }
}

// The empty file is there before the full one gets its other name: what can fail for want of room fails first.
void audit_file::begin_file(const fs::path& away) {
    auto fresh_path = path();
    fresh_path += ".new";
    fs::remove(fresh_path);
    const keys::open_file fresh(fresh_path, O_RDWR | O_CREAT, readable_by_group);
    if (!away.empty()) fs::rename(path(), away);
    fs::rename(fresh_path, path());
    forget_index(path());
    keys::sync_directory(directory_);
    file_ = std::make_unique<keys::open_file>(path(), O_RDWR | O_APPEND);
    size_ = 0;
    first_record_ = end_.last_seq + 1;
    last_day_.reset();
    note_as_left();
}

std::string audit_file::rotate() {
    try {
        const auto away = rotated_log(directory_, first_record_);
        if (has_rotated_log(directory_, first_record_))
            return "cannot rotate the audit log: " + away.string() + " is there already, or compressed";
        begin_file(away);
    } catch (const std::system_error& problem) {
        return "cannot rotate the audit log: " + text_of(problem);
    }
    return {};
}

} // namespace sealgate::milter
