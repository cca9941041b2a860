#include "milter/audit_commands/verify.hpp"

#include "keys/base/files.hpp"
#include "milter/proof/prove.hpp"
#include "policy/base/rfc3339.hpp"
#include "policy/base/text.hpp"
#include "policy/proof/signed_note.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <iostream>
#include <optional>
#include <span>
#include <stdexcept>
#include <system_error>

namespace sealgate::milter {

namespace {

namespace json = boost::json;
using policy::records;

// --from; nothing after a complaint.
std::optional<std::uint64_t> first_record(const invocation& called, std::uint64_t otherwise) {
    const auto values = called.values("--from");
    if (values.empty()) return otherwise;
    const auto& digits = values.back();
    if (const auto number = text::whole_number(digits); number && *number > 0) return number;
    return complain("--from takes the number of a record, or postgresql://…, not \"" + text::printable(digits) + "\""),
           std::nullopt;
}

void print_json(const proved& of, const std::string& gateway) {
    const auto* first = of.problems.empty() ? nullptr : &of.problems.front();
    json::array problems;
    for (const auto& one : of.problems)
        problems.push_back(json::object{
            {"file", one.where}, {"record", one.record ? json::value(*one.record) : json::value(nullptr)}, {"text", one.text}});
    json::array keys;
    for (const auto& [record, key] : of.keys.named()) keys.push_back(json::object{{"record", record}, {"key", to_text(key)}});
    json::object out{{"ok", of.problems.empty()},
                     {"first_record", of.first_record},
                     {"records", of.records()},
                     {"last_hash", of.end.last_hash},
                     {"problem", first ? json::value(first->text) : json::value(nullptr)},
                     {"problems", std::move(problems)},
                     {"checkpoints", of.checkpoints},
                     {"signing_keys", std::move(keys)},
                     {"signed_to", of.last_signed ? json::value(of.last_signed->end.last_seq) : json::value(nullptr)},
                     {"own_signed_to", of.own_signed_to > 0 ? json::value(of.own_signed_to) : json::value(nullptr)},
                     {"signed_at", of.last_signed ? json::value(rfc3339(of.last_signed->time)) : json::value(nullptr)},
                     {"notes", json::array(of.notes.begin(), of.notes.end())}};
    if (!gateway.empty()) out["gateway"] = gateway;
    std::cout << text::printable_json(json::serialize(out)) << '\n';
}

constexpr std::size_t most_keys = 6; // lines; whoever makes up a log could name as many as it has records

// The first ones and the last, which signs now.
void print_keys(const std::vector<policy::key_in_record>& named) {
    const auto print = [](const policy::key_in_record& one) {
        std::cout << "signing key from record " << one.record << ": " << to_text(one.key) << '\n';
    };
    const auto shown = named.size() > most_keys ? most_keys - 1 : named.size();
    for (const auto& one : std::span(named).first(shown)) print(one);
    if (shown == named.size()) return;
    std::cout << "  and " << named.size() - shown - 1 << " more; the key changed " << named.size() - 1
              << " times, --json lists each\n";
    print(named.back());
}

// Whose checkpoints they are: the gateway's own, copies in a database, or copies that others kept.
enum class witness_of_log : std::uint8_t { gateway, database, others };

witness_of_log witness_in(const proof_request& asked) {
    return !asked.kept.empty() ? witness_of_log::others : asked.elsewhere ? witness_of_log::database : witness_of_log::gateway;
}

constexpr const char* believed_of(witness_of_log by) {
    switch (by) {
    case witness_of_log::gateway:
        return "The key and these checkpoints are the gateway's own. Against its administrators the log is proved by copies\n"
               "that others keep: sealgate audit verify --checkpoint FILE --key KEY.\n";
    case witness_of_log::database:
        return "These checkpoints are the database's copies. Against whoever has both the gateway's key and the database, the\n"
               "log is proved by copies that others keep: --gateway NAME --checkpoint FILE.\n";
    case witness_of_log::others: return "";
    }
    std::unreachable();
}

// What holds of a log without a problem.
void print_proof(const proved& of, witness_of_log by) {
    const bool kept = by == witness_of_log::others;
    const auto last = of.end.last_seq;
    if (last < of.first_record) {
        std::cout << "empty: there is no record yet\n";
        return;
    }
    std::cout << "whole: " << records(of.first_record, last) << ", each follows the one before it\n";
    const auto signed_to = of.last_signed ? of.last_signed->end.last_seq : 0;
    const auto unsigned_from = std::max(signed_to + 1, of.first_record);
    if (signed_to >= of.first_record)
        std::cout << "signed: " << records(of.first_record, signed_to) << ", the last time at " << rfc3339(of.last_signed->time)
                  << '\n';
    if (signed_to < last)
        std::cout << (kept                  ? "not covered by the checkpoints given: "
                      : of.checkpoints == 0 ? "not signed, no checkpoint is here: "
                                            : "not signed yet: ")
                  << records(unsigned_from, last) << '\n';
    if (kept && of.own_signed_to > signed_to)
        std::cout << "signed by the gateway's own checkpoints alone: " << records(unsigned_from, of.own_signed_to) << '\n';
    print_keys(of.keys.named());
    std::cout << "last hash: " << of.end.last_hash << "\n\n";
    if (signed_to >= of.first_record)
        std::cout << "Proved of " << records(of.first_record, signed_to)
                  << ": none was changed, removed, added or moved since it was signed, unless by somebody who\n"
                     "had the signing key.\n";
    if (signed_to < last)
        std::cout << "Not proved of " << records(unsigned_from, last)
                  << ": that the gateway wrote it so. Each fits to the one before it, but whoever can write the log's\n"
                     "file could have made it.\n";
    std::cout << "Not proved: that nothing was cut off behind record " << last << ".\n";
    if (of.checkpoints > 0) std::cout << believed_of(by);
}

std::optional<ed25519_public_key> key_in(std::string_view text) {
    if (auto key = parse_ed25519_public_key(text)) return key;
    const auto named = policy::parse_verifier_key(text::trim(text));
    return named ? std::optional(named->key) : std::nullopt;
}

// The key itself, or a file with it. Nothing after a complaint.
std::optional<ed25519_public_key> key_named(const std::string& word) {
    if (auto key = key_in(word)) return key;
    std::error_code too_long; // and whatever else can't be a file's name
    if (std::filesystem::exists(word, too_long))
        if (auto key = key_in(keys::read_file(word, keys::largest_key_file))) return key;
    return complain("--key: \"" + text::printable(word) + "\" is no Ed25519 public key, and no file with one"), std::nullopt;
}

// Proves it and says so. `gateway`: whose log it is, where several are verified.
int conclude(const invocation& called, const proof_request& asked, const std::string& gateway) {
    const auto found = prove(asked);
    for (const auto& problem : found.problems) complain(problem.where + ": " + problem.text);
    if (called.json()) {
        print_json(found, gateway);
    } else {
        if (!gateway.empty()) std::cout << text::printable(gateway) << ":\n";
        if (found.problems.empty()) print_proof(found, witness_in(asked));
        for (const auto& note : found.notes) std::cout << "note: " << text::printable(note, 2000) << '\n';
    }
    return found.problems.empty() ? exit_yes : exit_no;
}

int verify_fleet(const invocation& called, const config& gateway) {
    const auto log = asked_log::of(called, gateway);
    const auto all = log ? proofs_asked_for(called, *log) : std::nullopt;
    if (!all) return exit_unusable;
    int status = exit_yes;
    for (const auto& [name, asked] : *all) {
        if (!called.json() && &name != &all->front().gateway) std::cout << '\n';
        status = std::max(status, conclude(called, asked, name));
    }
    return status;
}

} // namespace

std::optional<std::vector<ed25519_public_key>> keys_asked_for(const invocation& called) {
    std::vector<ed25519_public_key> out;
    for (const auto& word : called.values("--key")) {
        const auto key = key_named(word);
        if (!key) return std::nullopt;
        out.push_back(*key);
    }
    return out;
}

std::optional<proof_request> proof_asked_for(const invocation& called, const config& gateway,
                                             const std::vector<std::string>& logs) {
    const auto copies = called.values("--checkpoint");
    proof_request out;
    if (logs.empty())
        out = request_for(gateway.audit_directory(), gateway.audit.checkpoints, gateway.checkpoint_key());
    else
        out.logs.assign(logs.begin(), logs.end());
    for (const auto& file : copies) out.kept.emplace_back(file);
    auto keys = keys_asked_for(called);
    if (!keys) return std::nullopt;
    if (!keys->empty()) out.trusted = {.keys = *std::move(keys), .who = {}};
    const auto first = first_record(called, out.first_record);
    if (!first) return std::nullopt;
    if (*first != out.first_record) out.pruned = {};
    out.first_record = *first;
    const bool are_there = !out.own_checkpoints.empty() && std::filesystem::exists(out.own_checkpoints);
    if (!out.trusted.keys.empty() || (!are_there && out.kept.empty())) return out;
    const auto file = public_key_file(gateway.audit_directory());
    const std::string beside =
        logs.empty() ? "; " + file.string() + (out.may_read(file) ? " has none" : " may not be read") : "";
    return complain("checkpoints need --key: the public half of the gateway's key, as sealgate check prints it" + beside),
           std::nullopt;
}

std::optional<std::vector<fleet_proof_request>> proofs_asked_for(const invocation& called, const asked_log& log) {
    auto keys = keys_asked_for(called);
    if (!keys) return std::nullopt;
    if (keys->empty())
        return complain("--key says whose signatures count: the key of each gateway, as sealgate check prints it there"),
               std::nullopt;
    const auto copies = called.values("--checkpoint");
    if (!copies.empty() && log.gateways().size() > 1)
        return complain("--checkpoint is of one gateway: --gateway NAME says which"), std::nullopt;
    const auto& from = *log.database();
    std::vector<fleet_proof_request> out;
    for (const auto& one : log.gateways()) {
        proof_request asked{.trusted = {.keys = *keys, .who = {}},
                            .first_record = std::max<std::uint64_t>(one.first_record, 1)};
        asked.elsewhere = {.name = from.database().shown + ", " + one.name,
                           .lines = [from, name = one.name] { return from.lines({.gateways = {name}}); },
                           .checkpoints = [from, name = one.name] { return from.checkpoints(name); },
                           .remarks = one.gaps};
        for (const auto& file : copies) asked.kept.emplace_back(file);
        out.push_back({.gateway = one.name, .asked = std::move(asked)});
    }
    return out;
}

int verify_log(const invocation& called, const config& gateway, const std::vector<std::string>& logs) {
    if (logs.empty() && names_database(called)) return verify_fleet(called, gateway);
    const auto asked = proof_asked_for(called, gateway, logs);
    return asked ? conclude(called, *asked, {}) : exit_unusable;
}

} // namespace sealgate::milter
