#include "milter/proof/key_witnesses.hpp"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>

namespace sealgate::milter {

namespace {

namespace fs = std::filesystem;

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
    for (const auto& [where, read] : known.all) {
        const auto& [at, key, note] = read.what;
        const auto by = in_log.replaced_before(at.end.last_seq, key);
        const bool was_named = in_log.names(key);
        if (!by || (!part.is_all && (at.end.last_seq > part.last || !was_named))) continue;
        out.push_back({.where = where,
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
            out.problems.push_back({.where = asked.place(),
                                    .text = one.who + " names the signing key " + to_text(one.key) +
                                            ", and the last record that names one, record " + std::to_string(last.record) +
                                            ", names " + to_text(last.key) +
                                            ": the log was written anew with another key than the gateway's, or is not its log",
                                    .record = std::nullopt});
    const bool is_one_of_several = asked.elsewhere && asked.trusted.keys.size() > 1; // logs, each with a key of its own
    for (const auto& key : asked.trusted.keys)
        if (!is_one_of_several && !in_log.names(key))
            out.notes.push_back("no record names the key " + to_text(key) + ", which was given");
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

} // namespace

judged_part part_to_judge(const policy::log_proof& counts, const policy::log_proof& own) {
    judged_part out{.last = counts.end().last_seq};
    for (const auto* flaw : {&counts.first_flaw(), &own.first_flaw()})
        if (*flaw) out = {.last = std::min(out.last, (*flaw)->record - 1), .is_all = false};
    return out;
}

void judge_keys(const proof_request& asked, const std::vector<const known_checkpoints*>& known, const judged_part& part,
                proved& out) {
    const auto stranger = stranger_in(out.keys, asked, part);
    auto witnesses = asked.witnesses;
    if (stranger && part.is_all) witnesses.insert(witnesses.begin(), witness(*stranger));
    if (stranger && !part.is_all) out.notes.push_back(not_held_against(*stranger, asked, part));
    std::vector<log_problem> found;
    if (!asked.trusted.keys.empty())
        for (auto& text : policy::contradictions(witnesses, asked.trusted))
            found.push_back({.where = asked.place(), .text = std::move(text), .record = std::nullopt});
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

} // namespace sealgate::milter
