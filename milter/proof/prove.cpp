#include "milter/proof/prove.hpp"

#include "milter/audit/reader.hpp"
#include "milter/audit/tree_file.hpp"
#include "milter/proof/key_witnesses.hpp"
#include "milter/proof/known_checkpoints.hpp"
#include "policy/audit/chain.hpp"
#include "policy/audit/event.hpp"
#include "policy/audit/log_found.hpp"
#include "policy/proof/log_times.hpp"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <string_view>
#include <utility>

namespace sealgate::milter {

namespace {

namespace fs = std::filesystem;

// A proof, and where it came to its end.
struct proof_under_way {
    policy::log_proof proof;
    std::string where = {};

    void follow(const std::string& line, const std::string& place) {
        if (proof.first_flaw()) return;
        proof.follow(line);
        // A flaw of a record that was taken already came to light by the next one, which may stand in the next file.
        if (!proof.first_flaw() || proof.first_flaw()->record > proof.end().last_seq) where = place;
    }
};

// Behind a flaw a further proof begins where a record says that the gateway went on in a new file.
class proofs {
public:
    using maker = std::function<policy::log_proof(std::uint64_t first)>;

    proofs(maker make, std::uint64_t first, const std::string& where)
        : make_(std::move(make)) {
        parts_.push_back({.proof = make_(first), .where = where});
    }

    void follow(const std::string& line, const std::string& place) {
        if (!is_flawed()) last().follow(line, place);
        if (!is_flawed()) return;
        const auto here = policy::end_at(line);
        if (here && policy::log_found_told_in(line)) {
            // What is missing between the flaw and here is one of its own.
            if (seen_ > 0 && seen_ + 1 < here->last_seq) begin(seen_ + 1, line, place);
            if (is_flawed()) begin(here->last_seq, line, place);
        } else {
            seen_ = std::max({seen_, last().proof.first_flaw()->record, here ? here->last_seq : 0});
        }
    }

    void finish() { last().proof.finish(); }

    // Of the log from its beginning on, to the first flaw.
    const policy::log_proof& first() const { return parts_.front().proof; }

    std::vector<log_problem> problems() const {
        std::vector<log_problem> out;
        for (const auto& [proof, where] : parts_)
            if (const auto& flaw = proof.first_flaw())
                out.push_back({.where = where, .text = flaw->text, .record = flaw->record});
        return out;
    }

    // The last part, where it is not the first one and has no flaw.
    const policy::log_proof* whole_rest() const {
        const auto& rest = parts_.back().proof;
        return parts_.size() < 2 || rest.first_flaw() ? nullptr : &rest;
    }

private:
    proof_under_way& last() { return parts_.back(); }
    bool is_flawed() { return last().proof.first_flaw().has_value(); }

    void begin(std::uint64_t first, const std::string& line, const std::string& place) {
        parts_.push_back({.proof = make_(first), .where = place});
        last().follow(line, place);
        seen_ = 0;
    }

    maker make_;
    std::vector<proof_under_way> parts_;
    std::uint64_t seen_ = 0; // of the records behind a flaw, the last one; 0: there is no line behind it
};

// Records that tell how the log was found.
class found_logs {
public:
    void see(const std::string& line) {
        const auto told = policy::log_found_told_in(line);
        if (!told) return;
        const auto at = policy::end_at(line);
        first_of_rest_ = at ? at->last_seq : 0;
        if (++count_ <= most_told)
            notes_.push_back("record " + std::to_string(first_of_rest_) + " says that at " + told->time + " " +
                             to_string(told->found));
    }

    std::vector<std::string> notes(const policy::log_proof* rest) const {
        auto out = notes_;
        if (count_ > most_told) out.push_back(std::to_string(count_ - most_told) + " further records tell such things");
        if (rest)
            out.push_back(policy::records(first_of_rest_, rest->end().last_seq) +
                          " behind that: each follows the one before it" +
                          (rest->last_signed() ? ", signed up to record " + std::to_string(rest->last_signed()->end.last_seq)
                                               : std::string{}));
        return out;
    }

private:
    static constexpr std::size_t most_told = 20;
    std::vector<std::string> notes_;
    std::size_t count_ = 0;
    std::uint64_t first_of_rest_ = 0;
};

std::string rest_of_log(std::string_view rest) {
    if (policy::read_link(rest)) return "the log's last record has no line end yet, and does not count";
    return "the log ends in the middle of a record: it is being written, or the gateway died while it wrote it";
}

// With which it begins; 0 where there is none.
std::uint64_t first_record_in(const fs::path& audit_directory) {
    if (log_files(audit_directory).empty()) return 0;
    audit_reader reader(audit_directory);
    std::string line;
    const auto at = reader.next(line) ? policy::read_link(line) : std::unexpected(std::string{});
    return at ? at->seq : 0;
}

// What the log itself says of records that are not there any more: it begins with record `first`, behind them. Nothing where
// that is record 1, or where no record says so.
std::optional<policy::pruning_told> pruning_before(std::uint64_t first, const fs::path& audit_directory) {
    if (first <= 1) return std::nullopt;
    auto told = find_last(audit_directory, [](std::string_view line) { return policy::pruning_told_in(line); });
    if (!told || told->what.last + 1 < first || told->what.first > first) return std::nullopt;
    return told;
}

// Whether the log goes on where it was pruned.
std::optional<std::string> problem_behind(const policy::pruning_told& pruned, const policy::link& at) {
    const bool is_next = at.seq == pruned.what.last + 1 && at.prev != pruned.what.head;
    const bool is_last = at.seq == pruned.what.last && at.hash != pruned.what.head;
    if (!is_next && !is_last) return std::nullopt;
    return policy::records(at.seq, at.seq) + " does not fit to what was taken away: " + to_string(pruned) +
           " they ended otherwise";
}

// By the hashes that lie beside a gateway's log: those of records that were pruned are there too. What a file of them says
// wrongly comes to another root than the signed one.
policy::tree_before trees_of(const proof_request& asked) {
    if (asked.directory.empty()) return {};
    return [directory = asked.directory](std::uint64_t first, std::uint64_t record) -> std::optional<policy::growing_tree> {
        const auto stored = stored_tree(directory, first, record - first);
        return stored ? std::optional(policy::growing_tree(record - first, *stored)) : std::nullopt;
    };
}

std::unique_ptr<log_lines> lines_of(const proof_request& asked) {
    if (asked.elsewhere) return asked.elsewhere->lines();
    return asked.directory.empty() ? std::make_unique<audit_reader>(asked.logs)
                                   : std::make_unique<audit_reader>(asked.directory);
}

} // namespace

proved prove(const proof_request& asked, const std::function<void(const std::string&)>& see) {
    proved out;
    out.first_record = asked.first_record;
    const auto log = lines_of(asked);
    const auto own = read_own(asked, out), kept = read_kept(asked, out);
    const auto by = [&](const known_checkpoints& known) {
        const auto counts = [&](const policy::checkpoint& at) { return known.counts(at, out.keys); };
        const auto make = [&, counts](std::uint64_t first) {
            return policy::log_proof(known.ends(), first, counts, trees_of(asked));
        };
        return proofs(make, asked.first_record, log->place());
    };
    auto by_own = by(own), by_kept = by(kept);
    const bool is_kept = out.is_kept = !asked.kept.empty();
    out.counting = (is_kept ? kept : own).all.size();
    out.not_genuine = (is_kept ? kept : own).not_genuine;
    auto& counts = is_kept ? by_kept : by_own;
    found_logs found;
    policy::log_times times;
    bool is_at_pruned = asked.pruned.has_value(); // or near it: behind that no line is hashed for it
    for (std::string line; log->next(line);) {
        const auto place = log->place();
        if (see) see(line);
        if (const auto at = is_at_pruned ? policy::read_link(line) : std::unexpected(std::string{})) {
            auto problem = problem_behind(*asked.pruned, *at);
            is_at_pruned = !problem && at->seq <= asked.pruned->what.last;
            if (problem) out.problems.push_back({.where = place, .text = *std::move(problem), .record = at->seq});
        }
        by_own.follow(line, place);
        if (is_kept) by_kept.follow(line, place);
        if (!counts.first().first_flaw()) out.keys.follow(counts.first().end().last_seq, line);
        found.see(line);
        times.see(line);
    }
    by_own.finish();
    if (is_kept) by_kept.finish();
    judge_keys(asked, {&own, &kept}, part_to_judge(counts.first(), by_own.first()), out);
    auto flaws = (counts.problems().empty() ? by_own : counts).problems();
    out.problems.insert(out.problems.begin(), std::move_iterator(flaws.begin()), std::move_iterator(flaws.end()));
    std::ranges::move(found.notes(counts.whole_rest()), std::back_inserter(out.notes));
    for (const auto& [text, is_certain] : counts.first().tree_problems())
        if (is_certain)
            out.problems.push_back({.where = asked.place_of_checkpoints(), .text = text, .record = std::nullopt});
        else
            out.notes.push_back(text + ", if the hashes of earlier records that lie beside the log are right");
    std::ranges::move(times.notes(std::chrono::system_clock::now()), std::back_inserter(out.notes));
    if (!log->unfinished().empty()) out.notes.push_back(rest_of_log(log->unfinished()));
    if (asked.pruned)
        out.notes.push_back("taken away, since their time was over: " + to_string(*asked.pruned));
    else if (asked.first_record > 1)
        out.notes.push_back("the records before " + std::to_string(asked.first_record) +
                            " are kept elsewhere and were not looked at");
    if (asked.elsewhere) std::ranges::copy(asked.elsewhere->remarks, std::back_inserter(out.notes));
    out.end = counts.first().end();
    if (out.is_key_in_doubt) return out;
    if (const auto* last = counts.first().last_signed()) out.last_signed = *last;
    if (const auto* last = by_own.first().last_signed()) out.own_signed_to = last->end.last_seq;
    return out;
}

policy::key_witness witness(const policy::key_in_record& named) {
    return {.who = "record " + std::to_string(named.record) + " of the log", .key = named.key};
}

std::optional<policy::key_witness> last_witness(const fs::path& audit_directory) {
    policy::signing_keys keys;
    return find_last(audit_directory, [&](std::string_view line) -> std::optional<policy::key_witness> {
        const auto at = policy::signing_key_named_in(line) ? policy::end_at(line) : std::unexpected(std::string{});
        if (!at) return std::nullopt;
        keys.follow(at->last_seq, line);
        return witness(keys.named().back());
    });
}

proof_request request_for(const fs::path& audit_directory, const fs::path& checkpoints, const fs::path& key_file) {
    auto keys = look_for_keys(audit_directory, key_file);
    const auto first = first_record_in(audit_directory);
    const auto pruned = pruning_before(first, audit_directory);
    proof_request out{.directory = audit_directory, .own_checkpoints = checkpoints, .forbidden = std::move(keys.forbidden)};
    if (pruned) {
        out.pruned = pruned;
        out.first_record = first;
    }
    if (keys.beside) {
        const auto name = public_key_file(audit_directory).filename().string();
        out.trusted = {.keys = {*keys.beside}, .who = name};
        out.witnesses.push_back({.who = name, .key = *keys.beside});
    }
    if (keys.signer) out.witnesses.push_back({.who = key_file.filename().string(), .key = *keys.signer});
    return out;
}

} // namespace sealgate::milter
