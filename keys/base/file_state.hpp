// Which file it is, and in which state: whoever changes one changes its times, and nobody can set that of the last change.
// Tested by store/store_test.
#pragma once

#include <cstdint>
#include <filesystem>
#include <sys/stat.h>

namespace sealgate::keys {

struct file_state {
    std::int64_t inode = 0, size = 0, written = 0, changed = 0; // times in nanoseconds
    bool operator==(const file_state&) const = default;
};

inline file_state state_of(const struct ::stat& status) {
    constexpr auto nanoseconds = [](const struct timespec& time) {
        return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
    };
    return {.inode = static_cast<std::int64_t>(status.st_ino),
            .size = status.st_size,
            .written = nanoseconds(status.st_mtim),
            .changed = nanoseconds(status.st_ctim)};
}

// All zero where there is none.
inline file_state state_of(const std::filesystem::path& file) {
    struct stat status {};
    return ::stat(file.c_str(), &status) == 0 ? state_of(status) : file_state{};
}

} // namespace sealgate::keys
