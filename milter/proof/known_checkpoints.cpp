#include "milter/proof/known_checkpoints.hpp"

#include "milter/audit/reader.hpp"

#include <algorithm>
#include <utility>

namespace sealgate::milter {

namespace {

namespace fs = std::filesystem;

std::uint64_t record_of(const known_checkpoints::entry& one) { return one.read.what.at.end.last_seq; }

void read_into(known_checkpoints& known, log_lines& from, const proof_request& asked, proved& out) {
    const auto where = from.place();
    auto read = read_checkpoints(from, asked.trusted.keys);
    for (auto& text : read.problems) out.problems.push_back({.where = where, .text = std::move(text), .record = std::nullopt});
    if (read.is_cut_short) out.notes.push_back(where + " ends in the middle of a checkpoint, which does not count");
    out.checkpoints += read.genuine.size();
    known.not_genuine += read.not_genuine;
    for (auto& one : read.genuine) known.all.push_back({.where = where, .read = std::move(one)});
}

void read_file_into(known_checkpoints& known, const fs::path& file, const proof_request& asked, proved& out) {
    audit_reader lines(std::vector{file});
    read_into(known, lines, asked, out);
}

} // namespace

std::vector<policy::checkpoint> known_checkpoints::ends() const {
    std::vector<policy::checkpoint> out;
    for (const auto& one : all) out.push_back(one.read.what.at);
    return out;
}

bool known_checkpoints::counts(const policy::checkpoint& at, const policy::signing_keys& in_log) const {
    return std::ranges::any_of(std::ranges::equal_range(all, at.end.last_seq, {}, record_of), [&](const entry& one) {
        return one.read.what.at == at &&
               !(in_log.names(one.read.what.key) && in_log.replaced_before(at.end.last_seq, one.read.what.key));
    });
}

void known_checkpoints::sort() { std::ranges::stable_sort(all, {}, record_of); }

known_checkpoints read_own(const proof_request& asked, proved& out) {
    known_checkpoints known;
    if (asked.elsewhere)
        read_into(known, *asked.elsewhere->checkpoints(), asked, out);
    else if (!asked.own_checkpoints.empty() && fs::exists(asked.own_checkpoints))
        read_file_into(known, asked.own_checkpoints, asked, out);
    known.sort();
    return known;
}

known_checkpoints read_kept(const proof_request& asked, proved& out) {
    known_checkpoints known;
    for (const auto& file : asked.kept) {
        const auto problems = out.problems.size(), before = known.all.size();
        read_file_into(known, file, asked, out);
        const auto is_early = [&](const known_checkpoints::entry& one) {
            return one.read.what.at.end.last_seq + 1 < asked.first_record;
        };
        if (out.problems.size() == problems &&
            std::all_of(known.all.begin() + std::ptrdiff_t(before), known.all.end(), is_early))
            out.problems.push_back({.where = file.string(),
                                    .text = known.all.size() == before
                                                ? "proves nothing: it holds no checkpoint"
                                                : "proves nothing: its checkpoints are of records before the first",
                                    .record = std::nullopt});
    }
    known.sort();
    return known;
}

} // namespace sealgate::milter
