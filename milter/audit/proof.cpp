#include "milter/audit/proof.hpp"

#include "milter/audit/checkpoint_reader.hpp"
#include "milter/audit/layout.hpp"
#include "milter/audit/reader.hpp"
#include "policy/audit/chain.hpp"
#include "policy/audit/event.hpp"
#include "policy/audit/log_found.hpp"

#include <algorithm>
#include <iterator>
#include <string_view>
#include <utility>

namespace sealgate::milter {

namespace {

namespace fs = std::filesystem;

// Genuine ones, and where they were read.
struct known_checkpoints {
    std::size_t not_genuine = 0;
    struct entry {
        fs::path file;
        checkpoint_line_read read;
    };
    std::vector<entry> all = {}; // in the order of their records

    std::vector<policy::checkpoint> ends() const {
        std::vector<policy::checkpoint> out;
        for (const auto& one : all) out.push_back(one.read.what.at);
        return out;
    }

    // Whether one of that content was signed by a key that was not replaced before, as far as the log tells.
    bool counts(const policy::checkpoint& at, const policy::signing_keys& in_log) const {
        return std::ranges::any_of(std::ranges::equal_range(all, at.end.last_seq, {}, record_of), [&](const entry& one) {
            return one.read.what.at == at &&
                   !(in_log.names(one.read.what.key) && in_log.replaced_before(at.end.last_seq, one.read.what.key));
        });
    }

    void sort() { std::ranges::stable_sort(all, {}, record_of); }

private:
    static std::uint64_t record_of(const entry& one) { return one.read.what.at.end.last_seq; }
};

void read_into(known_checkpoints& known, const fs::path& file, const proof_request& asked, proved& out) {
    auto read = read_checkpoints(file, asked.trusted.keys);
    for (auto& text : read.problems) out.problems.push_back({.file = file, .text = std::move(text), .record = std::nullopt});
    if (read.is_cut_short) out.notes.push_back(file.string() + " ends in the middle of a checkpoint, which does not count");
    out.checkpoints += read.genuine.size();
    known.not_genuine += read.not_genuine;
    for (auto& one : read.genuine) known.all.push_back({.file = file, .read = std::move(one)});
}

known_checkpoints read_own(const proof_request& asked, proved& out) {
    known_checkpoints known;
    if (!asked.own_checkpoints.empty() && fs::exists(asked.own_checkpoints))
        read_into(known, asked.own_checkpoints, asked, out);
    known.sort();
    return known;
}

// Each was given to prove something.
known_checkpoints read_kept(const proof_request& asked, proved& out) {
    known_checkpoints known;
    for (const auto& file : asked.kept) {
        const auto problems = out.problems.size(), before = known.all.size();
        read_into(known, file, asked, out);
        const auto is_early = [&](const known_checkpoints::entry& one) {
            return one.read.what.at.end.last_seq + 1 < asked.first_record;
        };
        if (out.problems.size() == problems &&
            std::all_of(known.all.begin() + std::ptrdiff_t(before), known.all.end(), is_early))
            out.problems.push_back({.file = file,
                                    .text = known.all.size() == before
                                                ? "proves nothing: it holds no checkpoint"
                                                : "proves nothing: its checkpoints are of records before the first",
                                    .record = std::nullopt});
    }
    known.sort();
    return known;
}

// A proof, and the file in which it came to its end.
struct proof_under_way {
    policy::log_proof proof;
    fs::path where = {};

    void follow(const std::string& line, const fs::path& file) {
        if (proof.first_flaw()) return;
        proof.follow(line);
        // A flaw of a record that was taken already came to light by the next one, which may stand in the next file.
        if (!proof.first_flaw() || proof.first_flaw()->record > proof.end().last_seq) where = file;
    }
};

// Behind a flaw a further proof begins where a record says that the gateway went on in a new file.
class proofs {
public:
    using maker = std::function<policy::log_proof(std::uint64_t first)>;

    proofs(maker make, std::uint64_t first, const fs::path& where)
        : make_(std::move(make)) {
        parts_.push_back({.proof = make_(first), .where = where});
    }

    void follow(const std::string& line, const fs::path& file) {
        if (!is_flawed()) last().follow(line, file);
        if (!is_flawed()) return;
        const auto here = policy::end_at(line);
        if (here && policy::log_found_told_in(line)) {
            // What is missing between the flaw and here is one of its own.
            if (seen_ > 0 && seen_ + 1 < here->last_seq) begin(seen_ + 1, line, file);
            if (is_flawed()) begin(here->last_seq, line, file);
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
                out.push_back({.file = where, .text = flaw->text, .record = flaw->record});
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

    void begin(std::uint64_t first, const std::string& line, const fs::path& file) {
        parts_.push_back({.proof = make_(first), .where = file});
        last().follow(line, file);
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

// The records that keys are judged by. What stands behind a flaw, or was cut off, would have told of keys that replaced these.
struct judged_part {
    std::uint64_t last = 0;
    bool is_all = true;
};

judged_part part_to_judge(const policy::log_proof& counts, const policy::log_proof& own) {
    judged_part out{.last = counts.end().last_seq};
    for (const auto* flaw : {&counts.first_flaw(), &own.first_flaw()})
        if (*flaw) out = {.last = std::min(out.last, (*flaw)->record - 1), .is_all = false};
    return out;
}

// What the log names last, where it is none of the keys that are trusted.
std::optional<policy::key_in_record> stranger_in(const policy::signing_keys& in_log, const proof_request& asked,
                                                 const judged_part& part) {
    auto named = in_log.in_force_at(part.last);
    if (named && std::ranges::find(asked.trusted.keys, named->key) != asked.trusted.keys.end()) named.reset();
    return asked.trusted.keys.empty() ? std::nullopt : named;
}

// Honest where a record that can't be read replaced it: no doubt, and no proof either.
std::string not_held_against(const policy::key_in_record& stranger, const proof_request& asked, const judged_part& part) {
    const auto named = witness(stranger);
    return named.who + " names the signing key " + to_text(named.key) + ", which is " +
           (asked.trusted.who.empty() ? "none that was given" : "not that of " + asked.trusted.who) +
           "; whether it was replaced afterwards cannot be told, since the log can be read up to record " +
           std::to_string(part.last) + " only";
}

// A key that was stolen and replaced must not sign what came afterwards.
std::vector<log_problem> signed_by_replaced_keys(const known_checkpoints& known, const policy::signing_keys& in_log,
                                                 const judged_part& part) {
    std::vector<log_problem> out;
    for (const auto& [file, read] : known.all) {
        const auto& [at, key] = read.what;
        const auto by = in_log.replaced_before(at.end.last_seq, key);
        const bool was_named = in_log.names(key);
        if (!by || (!part.is_all && (at.end.last_seq > part.last || !was_named))) continue;
        out.push_back({.file = file,
                       .text = "checkpoint " + std::to_string(read.line) + " is of record " + std::to_string(at.end.last_seq) +
                               " and was signed by the key " + to_text(key) +
                               (was_named ? ", which another one had replaced in record " + std::to_string(by->record)
                                          : ", which no record names: record " + std::to_string(by->record) + " names " +
                                                to_text(by->key)),
                       .record = std::nullopt});
        break; // one tells of all
    }
    return out;
}

// With both keys given, a log that was written anew with the former one leaves the new one out. Whoever holds the new one, or
// was asked to, tells.
void tell_keys_left_out(const proof_request& asked, const policy::signing_keys& in_log, proved& out) {
    if (in_log.named().empty() || !asked.trusted.who.empty()) return;
    const auto& last = in_log.named().back();
    for (const auto& one : asked.witnesses)
        if (one.key != last.key && std::ranges::find(asked.trusted.keys, one.key) != asked.trusted.keys.end())
            out.problems.push_back({.file = asked.place(),
                                    .text = one.who + " names the signing key " + to_text(one.key) +
                                            ", and the last record that names one, record " + std::to_string(last.record) +
                                            ", names " + to_text(last.key) +
                                            ": the log was written anew with another key than the gateway's, or is not its log",
                                    .record = std::nullopt});
    for (const auto& key : asked.trusted.keys)
        if (!in_log.names(key)) out.notes.push_back("no record names the key " + to_text(key) + ", which was given");
}

// Who says that the gateway signs this log; empty where nobody does.
std::string who_names_a_key(const proof_request& asked, const policy::signing_keys& in_log) {
    if (!in_log.named().empty())
        return "record " + std::to_string(in_log.named().front().record) + " says that the gateway signs this log";
    if (!asked.witnesses.empty())
        return asked.witnesses.front().who + " names a signing key, and none of the records that were read does";
    return asked.trusted.keys.empty() ? "" : "a signing key was given, and none of the records that were read names one";
}

// A gateway that signs, and no checkpoint: they were not forgotten. Whoever writes the log anew leaves out the key, too.
std::string missing_checkpoints(const std::string& who, const fs::path& own) {
    return who + ", and no checkpoint is " + (own.empty() ? "given" : "in " + own.string()) +
           ": in a log's first minutes there is none yet (audit.checkpoint_every), later they were taken away or are"
           " elsewhere; verify with a copy, --checkpoint FILE";
}

std::string not_compared(const fs::path& forbidden, const policy::trusted_keys& trusted) {
    const auto text = forbidden.filename().string() + " could not be read";
    if (trusted.keys.empty()) return text;
    return text + ", and was not held against " + (trusted.who.empty() ? "the key given" : trusted.who);
}

// All who name a key, the log among them, held against the keys that are trusted.
void judge_keys(const proof_request& asked, const std::vector<const known_checkpoints*>& known, const judged_part& part,
                proved& out) {
    const auto stranger = stranger_in(out.keys, asked, part);
    auto witnesses = asked.witnesses;
    if (stranger && part.is_all) witnesses.insert(witnesses.begin(), witness(*stranger));
    if (stranger && !part.is_all) out.notes.push_back(not_held_against(*stranger, asked, part));
    std::vector<log_problem> found;
    if (!asked.trusted.keys.empty())
        for (auto& text : policy::contradictions(witnesses, asked.trusted))
            found.push_back({.file = asked.place(), .text = std::move(text), .record = std::nullopt});
    out.is_key_in_doubt = (stranger || !found.empty()) && !asked.trusted.who.empty();
    if (found.empty())
        for (const auto* one : known)
            std::ranges::move(signed_by_replaced_keys(*one, out.keys, part), std::back_inserter(found));
    out.problems.insert(out.problems.begin(), std::move_iterator(found.begin()), std::move_iterator(found.end()));
    if (part.is_all) tell_keys_left_out(asked, out.keys, out);
    for (const auto& file : asked.forbidden) out.notes.push_back(not_compared(file, asked.trusted));
    const auto who = who_names_a_key(asked, out.keys);
    if (out.problems.empty() && out.checkpoints == 0 && !who.empty())
        out.notes.push_back(missing_checkpoints(who, asked.own_checkpoints));
}

} // namespace

proved prove(const proof_request& asked, const std::function<void(const std::string&)>& see) {
    proved out;
    out.first_record = asked.first_record;
    auto reader = asked.directory.empty() ? audit_reader(asked.logs) : audit_reader(asked.directory);
    const auto own = read_own(asked, out), kept = read_kept(asked, out);
    const auto by = [&](const known_checkpoints& known) {
        const auto counts = [&](const policy::checkpoint& at) { return known.counts(at, out.keys); };
        const auto make = [&, counts](std::uint64_t first) { return policy::log_proof(known.ends(), first, counts); };
        return proofs(make, asked.first_record, reader.file());
    };
    auto by_own = by(own), by_kept = by(kept);
    const bool is_kept = out.is_kept = !asked.kept.empty();
    out.counting = (is_kept ? kept : own).all.size();
    out.not_genuine = (is_kept ? kept : own).not_genuine;
    auto& counts = is_kept ? by_kept : by_own;
    found_logs found;
    for (std::string line; reader.next(line);) {
        if (see) see(line);
        by_own.follow(line, reader.file());
        if (is_kept) by_kept.follow(line, reader.file());
        if (!counts.first().first_flaw()) out.keys.follow(counts.first().end().last_seq, line);
        found.see(line);
    }
    by_own.finish();
    if (is_kept) by_kept.finish();
    judge_keys(asked, {&own, &kept}, part_to_judge(counts.first(), by_own.first()), out);
    auto flaws = (counts.problems().empty() ? by_own : counts).problems();
    out.problems.insert(out.problems.begin(), std::move_iterator(flaws.begin()), std::move_iterator(flaws.end()));
    std::ranges::move(found.notes(counts.whole_rest()), std::back_inserter(out.notes));
    if (!reader.unfinished().empty()) out.notes.push_back(rest_of_log(reader.unfinished()));
    if (asked.first_record > 1)
        out.notes.push_back("the records before " + std::to_string(asked.first_record) +
                            " are kept elsewhere and were not looked at");
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
    proof_request out{.directory = audit_directory, .own_checkpoints = checkpoints, .forbidden = std::move(keys.forbidden)};
    if (keys.beside) {
        const auto name = public_key_file(audit_directory).filename().string();
        out.trusted = {.keys = {*keys.beside}, .who = name};
        out.witnesses.push_back({.who = name, .key = *keys.beside});
    }
    if (keys.signer) out.witnesses.push_back({.who = key_file.filename().string(), .key = *keys.signer});
    return out;
}

} // namespace sealgate::milter
