#include "milter/audit_proof.hpp"

#include "keys/files.hpp"
#include "milter/audit_files.hpp"
#include "milter/audit_reader.hpp"
#include "milter/checkpoint_file.hpp"

#include <algorithm>
#include <utility>

namespace sealgate::milter {

namespace {

namespace fs = std::filesystem;

// Signed by one of the keys, or what is wrong with the line.
std::expected<policy::checkpoint, std::string> genuine(std::string_view line, const std::vector<ed25519_public_key>& keys) {
    std::expected<policy::checkpoint, std::string> read = std::unexpected("cannot be checked: no key is known");
    for (const auto& key : keys)
        if (read = policy::read_checkpoint(line, key); read) break;
    return read;
}

std::vector<policy::checkpoint> read_checkpoints(const proof_request& asked, proved& out) {
    std::vector<policy::checkpoint> known;
    for (const auto& file : asked.checkpoints) {
        audit_reader reader(std::vector{file});
        std::uint64_t number = 0;
        for (std::string line; reader.next(line);) {
            ++number;
            if (auto read = genuine(line, asked.keys))
                known.push_back(*std::move(read));
            else
                out.problems.push_back({.file = file,
                                        .text = "checkpoint " + std::to_string(number) + " " + read.error(),
                                        .record = std::nullopt});
        }
        if (reader.unfinished() > 0)
            out.notes.push_back(file.string() + " ends in the middle of a checkpoint, which does not count");
    }
    out.checkpoints = known.size();
    return known;
}

} // namespace

proved prove(const proof_request& asked, const std::function<void(const std::string&)>& see) {
    proved out{.problems = {}, .first_record = asked.first_record, .end = {}, .last_signed = {}, .checkpoints = 0, .notes = {}};
    policy::log_proof proof(read_checkpoints(asked, out), asked.first_record);
    audit_reader reader(asked.logs);
    fs::path where;
    for (std::string line; (see || !proof.first_flaw()) && reader.next(line);) {
        if (see) see(line);
        if (proof.first_flaw()) continue;
        where = reader.file();
        proof.follow(line);
    }
    proof.finish();
    if (const auto& flaw = proof.first_flaw())
        out.problems.push_back({.file = where, .text = flaw->text, .record = flaw->record});
    if (reader.unfinished() > 0)
        out.notes.emplace_back(
            "the log ends in the middle of a record: it is being written, or the gateway died; nobody was told of it");
    if (asked.first_record > 1)
        out.notes.push_back("the records before " + std::to_string(asked.first_record) +
                            " are kept elsewhere and were not looked at");
    out.end = proof.end();
    if (const auto* last = proof.last_signed()) out.last_signed = *last;
    return out;
}

proof_request request_for(const fs::path& audit_directory, const fs::path& checkpoints) {
    proof_request out{.logs = log_files(audit_directory), .checkpoints = {}, .keys = {}};
    if (fs::exists(checkpoints)) out.checkpoints.push_back(checkpoints);
    const auto public_half = public_key_file(audit_directory);
    if (!fs::exists(public_half)) return out;
    if (const auto key = parse_ed25519_public_key(keys::read_file(public_half))) out.keys.push_back(*key);
    return out;
}

} // namespace sealgate::milter
