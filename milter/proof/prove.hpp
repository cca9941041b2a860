// What can be proved of an audit log: policy/proof/log_proof.hpp, fed from wherever the log is, and from its checkpoints. All
// that names the signing key at hand is held against the keys that are trusted (policy/proof/signing_keys.hpp).
#pragma once

#include "milter/audit/checkpoint_file.hpp"
#include "milter/audit/log_lines.hpp"
#include "policy/audit/prune.hpp"
#include "policy/proof/log_proof.hpp"
#include "policy/proof/signing_keys.hpp"

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace sealgate::milter {

using open_lines = std::function<std::unique_ptr<log_lines>()>;

// A log that is not in files.
struct log_elsewhere {
    std::string name; // for people
    open_lines lines, checkpoints;
    std::vector<std::string> remarks = {}; // what is known of records that are not there
};

struct proof_request {
    std::filesystem::path directory = {};         // of a gateway's log, which may be rotated meanwhile; or else:
    std::vector<std::filesystem::path> logs = {}; // in the order of their records; or else:
    std::optional<log_elsewhere> elsewhere = {};
    std::filesystem::path own_checkpoints = {};        // the gateway's own file of them; empty or missing: there are none
    std::vector<std::filesystem::path> kept = {};      // files that others kept: what is proved is what these prove
    policy::trusted_keys trusted = {};                 // keys that may have signed them
    std::vector<policy::key_witness> witnesses = {};   // who else names the key, beside the log's records
    std::vector<std::filesystem::path> forbidden = {}; // files that would name the key, and are not for us to read
    std::uint64_t first_record = 1;                    // earlier ones are kept elsewhere, or were pruned:
    std::optional<policy::pruning_told> pruned = {};   // then what the log itself says of them

    bool may_read(const std::filesystem::path& file) const { return std::ranges::find(forbidden, file) == forbidden.end(); }

    // For people: where the log is, and its own checkpoints.
    std::string place_of_checkpoints() const { return elsewhere ? elsewhere->name : own_checkpoints.string(); }
    std::string place() const { return elsewhere ? elsewhere->name : (directory.empty() ? logs.front() : directory).string(); }
};

struct log_problem {
    std::string where; // a file, or what else the log is in
    std::string text;
    std::optional<std::uint64_t> record; // the first that is concerned; none where a checkpoint or a key is wrong
};

struct proved {
    std::vector<log_problem> problems; // none: the log is whole, as far as anybody can tell
    std::uint64_t first_record = 1;
    policy::chain_end end;
    std::optional<policy::checkpoint> last_signed; // by checkpoints that were kept, if there are any, else by the gateway's own
    std::uint64_t own_signed_to = 0;               // by the gateway's own
    std::size_t checkpoints = 0;                   // genuine ones
    bool is_kept = false;                          // those that others kept are what counts
    std::size_t counting = 0, not_genuine = 0;     // of those that count: the genuine ones, and the other lines
    bool is_key_in_doubt = false;                  // then no checkpoint says anything
    policy::signing_keys keys;                     // as the log names them
    std::vector<std::string> notes;                // what is no problem and worth knowing, for people

    // That follow one another.
    std::uint64_t records() const { return end.last_seq < first_record ? 0 : end.last_seq - first_record + 1; }
};

// Reads all once. Throws std::system_error where a file can't be read. Each line of the log is shown to `see`, if there is
// one, whatever the proof says of it.
proved prove(const proof_request& asked, const std::function<void(const std::string&)>& see = {});

// What a gateway has: its log's files, its checkpoints if there are any, and what is at hand of its key.
proof_request request_for(const std::filesystem::path& audit_directory, const std::filesystem::path& checkpoints,
                          const std::filesystem::path& key_file);

// The key that a record names; what it says is not proved here.
policy::key_witness witness(const policy::key_in_record& named);
// By the log of a gateway, read backwards as far as it takes; nothing where it names none.
std::optional<policy::key_witness> last_witness(const std::filesystem::path& audit_directory);

} // namespace sealgate::milter
