#include "milter/audit_proof.hpp"

#include "keys/files.hpp"
#include "milter/audit_files.hpp"
#include "milter/audit_reader.hpp"
#include "milter/checkpoint_file.hpp"
#include "policy/chain.hpp"

#include <algorithm>
#include <iterator>
#include <string_view>
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

constexpr std::size_t most_told = 10; // lines of one file that are no checkpoints

// A last line without its line end counts where it is genuine: copies are pasted.
std::vector<policy::checkpoint> read_checkpoints(const fs::path& file, const proof_request& asked, proved& out) {
    std::vector<policy::checkpoint> known;
    audit_reader reader(std::vector{file});
    std::uint64_t number = 0, wrong = 0;
    for (std::string line; reader.next(line);) {
        ++number;
        if (auto read = genuine(line, asked.keys))
            known.push_back(*std::move(read));
        else if (++wrong <= most_told)
            out.problems.push_back(
                {.file = file, .text = "checkpoint " + std::to_string(number) + " " + read.error(), .record = std::nullopt});
    }
    if (wrong > most_told)
        out.problems.push_back({.file = file,
                                .text = std::to_string(wrong - most_told) + " further lines are no genuine checkpoints",
                                .record = std::nullopt});
    if (const auto rest = reader.unfinished(); !rest.empty()) {
        if (auto read = genuine(rest, asked.keys))
            known.push_back(*std::move(read));
        else
            out.notes.push_back(file.string() + " ends in the middle of a checkpoint, which does not count");
    }
    out.checkpoints += known.size();
    return known;
}

std::vector<policy::checkpoint> read_own(const proof_request& asked, proved& out) {
    std::vector<policy::checkpoint> known;
    for (const auto& file : asked.checkpoints) std::ranges::move(read_checkpoints(file, asked, out), std::back_inserter(known));
    return known;
}

// Each was given to prove something.
std::vector<policy::checkpoint> read_kept(const proof_request& asked, proved& out) {
    std::vector<policy::checkpoint> known;
    for (const auto& file : asked.kept) {
        const auto problems = out.problems.size();
        auto read = read_checkpoints(file, asked, out);
        const auto before = [&](const policy::checkpoint& one) { return one.end.last_seq + 1 < asked.first_record; };
        if (out.problems.size() == problems && std::ranges::all_of(read, before))
            out.problems.push_back({.file = file,
                                    .text = read.empty() ? "proves nothing: it holds no checkpoint"
                                                         : "proves nothing: its checkpoints are of records before the first",
                                    .record = std::nullopt});
        std::ranges::move(read, std::back_inserter(known));
    }
    return known;
}

// A proof, and the file in which it came to its end.
struct proof_under_way {
    policy::log_proof proof;
    fs::path where = {};

    void follow(const std::string& line, const fs::path& file) {
        if (proof.first_flaw()) return;
        where = file;
        proof.follow(line);
    }
};

std::string rest_of_log(std::string_view rest) {
    if (policy::read_link(rest)) return "the log's last record has no line end yet, and does not count";
    return "the log ends in the middle of a record: it is being written, or the gateway died while it wrote it";
}

} // namespace

proved prove(const proof_request& asked, const std::function<void(const std::string&)>& see) {
    proved out;
    out.first_record = asked.first_record;
    auto reader = asked.directory.empty() ? audit_reader(asked.logs) : audit_reader(asked.directory);
    proof_under_way by_own{.proof = policy::log_proof(read_own(asked, out), asked.first_record), .where = reader.file()};
    proof_under_way by_kept{.proof = policy::log_proof(read_kept(asked, out), asked.first_record), .where = reader.file()};
    const bool is_kept = !asked.kept.empty();
    auto& counts = is_kept ? by_kept : by_own;
    bool more = true;
    for (std::string line; (see || !counts.proof.first_flaw()) && (more = reader.next(line));) {
        if (see) see(line);
        by_own.follow(line, reader.file());
        if (is_kept) by_kept.follow(line, reader.file());
    }
    by_own.proof.finish();
    if (is_kept) by_kept.proof.finish();
    const auto& wrong = counts.proof.first_flaw() ? counts : by_own;
    if (const auto& flaw = wrong.proof.first_flaw())
        out.problems.insert(out.problems.begin(), {.file = wrong.where, .text = flaw->text, .record = flaw->record});
    if (!more && !reader.unfinished().empty()) out.notes.push_back(rest_of_log(reader.unfinished()));
    if (asked.first_record > 1)
        out.notes.push_back("the records before " + std::to_string(asked.first_record) +
                            " are kept elsewhere and were not looked at");
    out.end = counts.proof.end();
    if (const auto* last = counts.proof.last_signed()) out.last_signed = *last;
    if (const auto* last = by_own.proof.last_signed()) out.own_signed_to = last->end.last_seq;
    return out;
}

proof_request request_for(const fs::path& audit_directory, const fs::path& checkpoints) {
    proof_request out;
    out.directory = audit_directory;
    if (fs::exists(checkpoints)) out.checkpoints.push_back(checkpoints);
    const auto public_half = public_key_file(audit_directory);
    if (!fs::exists(public_half)) return out;
    if (const auto key = parse_ed25519_public_key(keys::read_file(public_half, keys::largest_key_file)))
        out.keys.push_back(*key);
    return out;
}

} // namespace sealgate::milter
