#include "milter/outbox/hand_overs.hpp"

#include "keys/base/files.hpp"

#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <optional>
#include <sys/stat.h>
#include <system_error>

namespace sealgate::milter {

namespace {

namespace fs = std::filesystem;

void make_empty_file(const fs::path& file) { const keys::open_file made(file, O_WRONLY | O_CREAT); }

void set_time(const fs::path& file, wall_time when) {
    const auto since = when.time_since_epoch();
    const auto seconds = std::chrono::floor<std::chrono::seconds>(since);
    const timespec time{.tv_sec = static_cast<time_t>(seconds.count()),
                        .tv_nsec = static_cast<long>(std::chrono::nanoseconds(since - seconds).count())};
    const timespec both[2] = {time, time};
    if (::utimensat(AT_FDCWD, file.c_str(), both, 0) != 0)
        throw std::system_error(errno, std::generic_category(), "cannot set the time of " + file.string());
}

// The file's time, or nothing if there is no such file.
std::optional<wall_time> time_of(const fs::path& file) {
    struct stat status = {};
    if (::stat(file.c_str(), &status) != 0) return std::nullopt;
    return wall_time(std::chrono::duration_cast<wall_time::duration>(std::chrono::seconds(status.st_mtim.tv_sec) +
                                                                     std::chrono::nanoseconds(status.st_mtim.tv_nsec)));
}

} // namespace

bool hand_overs::are_done(const std::string& identity, wall_time now) const {
    const auto when = time_of(done_file(identity));
    return when && *when + remembered >= now;
}

bool hand_overs::have_begun(const std::string& identity) const { return fs::exists(begun_file(identity)); }

void hand_overs::begin(const std::vector<std::string>& identities) const {
    for (const auto& identity : identities) make_empty_file(begun_file(identity));
    keys::sync_directory(directory_);
}

void hand_overs::finish(const std::vector<std::string>& identities, wall_time now) const {
    for (const auto& identity : identities) {
        const auto begun = begun_file(identity);
        const auto done = done_file(identity);
        if (::rename(begun.c_str(), done.c_str()) != 0) make_empty_file(done);
        set_time(done, now);
    }
    keys::sync_directory(directory_);
}

void hand_overs::take_back(const std::string& identity) const {
    std::error_code ignored; // one that stays costs a line in the log at the next start
    fs::remove(begun_file(identity), ignored);
}

void hand_overs::forget_old(wall_time now) const {
    std::error_code ignored;
    for (const auto& file : fs::directory_iterator(directory_, ignored)) {
        const auto when = time_of(file.path());
        if (when && *when + remembered < now) fs::remove(file.path(), ignored);
    }
}

} // namespace sealgate::milter
