// What can be proved of an audit log on disk: policy/proof.hpp, fed from its files and from files of checkpoints.
#pragma once

#include "policy/proof.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace sealgate::milter {

struct proof_request {
    std::filesystem::path directory;                // of a gateway's log, which may be rotated meanwhile; or else:
    std::vector<std::filesystem::path> logs;        // in the order of their records
    std::vector<std::filesystem::path> checkpoints; // files of them, the gateway's own
    std::vector<std::filesystem::path> kept;        // and those that others kept: what is proved is what these prove
    std::vector<ed25519_public_key> keys;           // that may have signed them
    std::uint64_t first_record = 1;                 // earlier ones are kept elsewhere
};

struct log_problem {
    std::filesystem::path file;
    std::string text;
    std::optional<std::uint64_t> record; // the first that is concerned; none for a line that is no checkpoint
};

struct proved {
    std::vector<log_problem> problems; // none: the log is whole, as far as anybody can tell
    std::uint64_t first_record = 1;
    policy::chain_end end;
    std::optional<policy::checkpoint> last_signed; // by checkpoints that were kept, if there are any, else by the gateway's own
    std::uint64_t own_signed_to = 0;               // by the gateway's own
    std::size_t checkpoints = 0;                   // genuine ones
    std::vector<std::string> notes;                // what is no problem and worth knowing, for people

    // That follow one another.
    std::uint64_t records() const { return end.last_seq < first_record ? 0 : end.last_seq - first_record + 1; }
};

// Reads each file once. Throws std::system_error where one can't be read. Each line of the log is shown to `see`, if there is
// one, whatever the proof says of it.
proved prove(const proof_request& asked, const std::function<void(const std::string&)>& see = {});

// What a gateway has: its log's files, its checkpoints if there are any, and the public half of its key.
proof_request request_for(const std::filesystem::path& audit_directory, const std::filesystem::path& checkpoints);

} // namespace sealgate::milter
