// The file that the audit log's records are written to: appended, synced, rotated away.
//
// One gateway at a time: a lock file beside it sees to that. But others have hands, too: a program that rotates logs, an
// editor, a copy put back. So it is looked at before each write. Where it is not as it was left, the log goes on in a new file
// behind the last record that the gateway wrote or signed, and what was found is kept. Nothing of it is cut away, but for what
// this object wrote itself and could not make durable, and a record of ours cut short by a crash: nobody was ever told of
// those. Not for several threads.
//
// The index of the written file goes where somebody else may have changed the file under it.
// Tested by audit/log_test, audit/log_found_test and audit/log_hands_test.
#pragma once

#include "keys/base/file_state.hpp"
#include "keys/base/files.hpp"
#include "milter/writers/unwritten.hpp"
#include "policy/audit/chain.hpp"
#include "policy/audit/log_found.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <sys/stat.h>
#include <sys/types.h>

namespace sealgate::milter {

class audit_file {
public:
    // Opens or makes the log in this directory. Throws std::runtime_error where the machine fails, or the log is locked by
    // another process.
    explicit audit_file(const std::filesystem::path& directory);

    // The log was signed there: where it ends earlier, or otherwise, it goes on behind that.
    void hold_against(const policy::chain_end& is_signed);

    // Where the log stands.
    const policy::chain_end& end() const { return end_; }
    // Octets of what is durable in this file.
    std::uint64_t size() const { return static_cast<std::uint64_t>(size_); }
    // When this file was last written; nothing for one without records.
    std::optional<std::chrono::sys_days> last_day() const { return last_day_; }
    // Octets that were removed at opening.
    std::uint64_t repaired() const { return repaired_; }

    // Why the log can't go on in this file; nothing where it is as it was left. Costs two system calls. Throws
    // std::system_error where it can't be told.
    std::optional<policy::log_state> look();
    // Begins a new file, and keeps what was found. Throws std::system_error where that can't be done.
    policy::log_found go_on_anew(policy::log_state why);

    // Whole lines, after which the log stands at `end`. Returns why they are not on disk, or nothing.
    unwritten append(std::string_view lines, const policy::chain_end& end, std::chrono::sys_days today);

    // Puts this file among the rotated ones, and begins an empty one. Returns why it could not, or nothing; then this file
    // goes on.
    std::string rotate();

private:
    std::filesystem::path path() const;
    void open_written();
    void pick_up_end();
    void remove_unfinished(off_t size);
    void begin_file(const std::filesystem::path& away);
    void note_as_left();
    std::filesystem::path name_to_keep() const;
    void take_back(std::string_view written, unwritten& error);

    std::filesystem::path directory_;
    keys::open_file lock_;
    std::unique_ptr<keys::open_file> file_; // nothing where none can be opened, until the log goes on anew
    off_t size_ = 0;
    keys::file_state left_;          // as we wrote it
    std::uint64_t first_record_ = 1; // of this file
    std::optional<std::chrono::sys_days> last_day_;
    std::uint64_t repaired_ = 0;
    std::optional<policy::log_state> found_; // at the start
    policy::chain_end end_;
};

} // namespace sealgate::milter
