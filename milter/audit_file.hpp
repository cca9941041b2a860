// The file that the audit log's records are written to: appended, synced, rotated away.
//
// One process at a time: a lock file beside it sees to that. A line cut short by a crash is removed when the log is opened:
// nobody was ever told of it. What can't be made durable leaves no trace. Not for several threads.
#pragma once

#include "keys/files.hpp"
#include "policy/chain.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>

namespace sealgate::milter {

class audit_file {
public:
    // Opens or makes the log in this directory. Throws std::runtime_error if it can't be opened, is locked by another
    // process, or its last line is damaged.
    explicit audit_file(const std::filesystem::path& directory);

    // Where the log stands.
    const policy::chain_end& end() const { return end_; }
    // Octets of what is durable in this file.
    std::uint64_t size() const { return static_cast<std::uint64_t>(size_); }
    // When this file was last written; nothing for one without records.
    std::optional<std::chrono::sys_days> last_day() const { return last_day_; }
    // Octets that were removed at opening.
    std::uint64_t repaired() const { return repaired_; }

    // Whole lines, after which the log stands at `end`. Returns why they are not on disk, or nothing.
    std::string append(std::string_view lines, const policy::chain_end& end, std::chrono::sys_days today);

    // Puts this file among the rotated ones, and begins an empty one. Returns why it could not, or nothing; then this file
    // goes on.
    std::string rotate();

private:
    std::filesystem::path path() const;
    void remove_unfinished();
    void pick_up_end();
    std::string write_and_sync(std::string_view lines);

    std::filesystem::path directory_;
    keys::open_file lock_;
    std::unique_ptr<keys::open_file> file_;
    off_t size_ = 0;
    std::uint64_t first_record_ = 1; // of this file
    std::optional<std::chrono::sys_days> last_day_;
    std::uint64_t repaired_ = 0;
    policy::chain_end end_;
};

} // namespace sealgate::milter
