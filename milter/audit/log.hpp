// The audit log: one JSON line a record, hash-linked (policy/audit/chain.hpp), durable before anybody is told, and signed from
// time to time (policy/proof/checkpoint.hpp). A log that is not as it was left holds up no mail: it goes on in a new file, and
// its first record tells what was found (policy/audit/log_found.hpp).
//
// Group commit: records that wait together are written by one write and made durable by one fsync; a writer thread
// does both, and rotates and signs. A record that can't be made durable leaves no trace in the file, and its waiter is told
// why. What rotating and signing lacks is complained about, and tried again: neither holds up mail.
#pragma once

#include "milter/audit/checkpoint_file.hpp"
#include "milter/audit/log_file.hpp"
#include "milter/audit/tree_file.hpp"
#include "milter/base/lasting_problem.hpp"
#include "milter/writers/batch_queue.hpp"
#include "milter/writers/unwritten.hpp"
#include "policy/base/rfc3339.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace sealgate::milter {

struct audit_options {
    std::filesystem::path directory;
    std::filesystem::path key;         // that signs checkpoints
    std::filesystem::path checkpoints; // the file of signatures
    std::string origin = {};           // of the tree that is signed (policy/proof/signed_note.hpp); empty: there is none
    std::uint64_t checkpoint_records = 1000;
    std::chrono::seconds checkpoint_time{300};
    std::uint64_t rotate_size = std::uint64_t{64} << 20; // octets
    bool rotate_daily = true;
    std::function<void(std::string_view)> complain = [](std::string_view) {};
    std::function<std::chrono::system_clock::time_point()> now = &std::chrono::system_clock::now;
    std::function<std::chrono::steady_clock::time_point()> steady = &std::chrono::steady_clock::now;
};

class audit_log {
public:
    // Called once on the writer thread: empty when the record is on disk.
    using completion = std::function<void(unwritten error)>;

    // Throws as audit_file and checkpoint_file do.
    explicit audit_log(audit_options options);
    ~audit_log(); // writes what waits, and signs
    audit_log(const audit_log&) = delete;
    audit_log& operator=(const audit_log&) = delete;

    // `fields` as policy::audit_fields() makes them. Any thread.
    void append(std::string fields, completion done);

    struct standing {
        std::size_t waiting = 0;       // records that are not on disk yet
        std::uint64_t last_record = 0; // its number
        std::uint64_t last_signed = 0; // the number that the last checkpoint covers
        wall_time signed_at = {};      // of a checkpoint since the start; else the start
        std::string problem;           // what lasts of rotating or signing; empty: nothing
    };
    // Any thread.
    standing now() const;

    // Octets of a record cut short that were removed at opening.
    std::uint64_t repaired() const { return repaired_; }
    // Who signs, and with which key.
    const checkpoint_file& signer() const { return checkpoints_; }

private:
    struct waiting {
        std::string fields;
        completion done;
    };

    void run();
    std::vector<waiting> wait_for_records();
    void write(std::vector<waiting> batch);
    unwritten commit(const std::vector<waiting>& batch);
    std::optional<policy::checkpoint> begin_where_it_was_signed();
    void open_tree(const std::optional<policy::checkpoint>& last_signed);
    std::optional<policy::record_tree> tree_now();
    void go_on_anew_if_need_be();
    void rotate_before(std::size_t octets, std::chrono::sys_days today);
    bool checkpoint_is_due() const;
    void sign();
    void add_checkpoint();
    void note_standing();
    void look_at_clock();

    const audit_options options_;
    audit_file file_;
    checkpoint_file checkpoints_;
    std::optional<tree_file> tree_; // none: it cannot be written
    const std::uint64_t repaired_;
    std::uint64_t signed_ = 0; // the last record that needs no further checkpoint
    std::chrono::steady_clock::time_point next_checkpoint_ = std::chrono::steady_clock::time_point::max(); // of time
    std::vector<std::string> untold_; // records of how the log was found, and of the clock, until they are written
    bool is_jump_untold_ = false;
    // When a record was last written, by both clocks; at the start by the one that the record has.
    std::optional<wall_time> last_written_;
    std::optional<std::chrono::steady_clock::time_point> last_written_steady_;
    lasting_problem rotating_;
    lasting_problem signing_;
    lasting_problem growing_; // the tree

    mutable std::mutex standing_mutex_;
    standing standing_; // as the writer left it

    batch_queue<waiting> queue_;
    std::thread writer_; // last: it uses all the others
};

} // namespace sealgate::milter
