#include "milter/audit_commands/prove.hpp"

#include "keys/base/files.hpp"
#include "milter/audit/address_resolver.hpp"
#include "milter/audit/checkpoint_file.hpp"
#include "milter/audit/reader.hpp"
#include "milter/audit/search.hpp"
#include "milter/audit/tree_file.hpp"
#include "milter/audit_commands/asked_log.hpp"
#include "milter/audit_commands/verify.hpp"
#include "milter/base/decision_id.hpp"
#include "milter/cli/json_line.hpp"
#include "milter/cli/record_printer.hpp"
#include "milter/proof/checkpoint_reader.hpp"
#include "policy/audit/query.hpp"
#include "policy/base/text.hpp"
#include "policy/proof/record_proof.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace sealgate::milter {

namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

struct found_line {
    std::uint64_t record;
    std::string line;
    std::string gateway; // in a database; else empty
};

constexpr std::size_t most_lines = 10;

// Those that are whole.
std::vector<found_line> take(log_lines& from, auto is_meant) {
    std::vector<found_line> out;
    for (std::string line; out.size() < most_lines && from.next(line);)
        if (const auto link = is_meant(line) ? policy::read_link(line) : std::unexpected(std::string{}))
            out.push_back({.record = link->seq, .line = line, .gateway = std::string(from.gateway())});
    return out;
}

std::vector<found_line> lines_numbered(std::uint64_t number, const asked_log& log) {
    const auto is_it = [&](const std::string& line) { return policy::seq_of(line) == number; };
    if (!log.database()) return take(*log.lines({}, {}), is_it);
    auto asked = log.question();
    asked.first_record = asked.last_record = number;
    return take(*log.database()->lines(std::move(asked)), is_it);
}

std::vector<found_line> lines_with_id(const std::string& id, const asked_log& log, const config& gateway) {
    if (log.database()) {
        auto asked = log.question();
        asked.ids = {id};
        return take(*log.database()->lines(std::move(asked)), [&](const std::string& line) {
            const auto record = policy::record_in(line);
            return record && policy::text_in(*record, "id") == id;
        });
    }
    std::vector<found_line> out;
    auto found = log.search({.ids = {id}}, address_resolver(gateway));
    for (found_record one; out.size() < most_lines && found.next(one);)
        if (const auto link = policy::read_link(one.line))
            out.push_back({.record = link->seq, .line = one.line, .gateway = {}});
    return out;
}

// Whole records that are meant; none after a complaint.
std::vector<found_line> lines_meant(const std::string& word, const asked_log& log, const config& gateway) {
    const auto number = text::whole_number(word);
    const auto id = read_decision_id(word);
    if (!number && !id) {
        complain("\"" + text::printable(word) + "\" is no decision id such as 7Q2K-M4XD, and no number of a record");
        return {};
    }
    auto found = number ? lines_numbered(*number, log) : lines_with_id(*id, log, gateway);
    if (found.empty()) complain("the log has no whole record " + text::printable(word));
    return found;
}

// Checkpoints with a tree that has the record, and how far any of them reach.
struct known_trees {
    std::vector<policy::signed_checkpoint> over;
    std::uint64_t signed_to = 0;
};

// What a proof is made of: the log, where its checkpoints and the tree's hashes are, and whose signature counts.
struct workshop {
    const invocation& called;
    const config& gateway;
    const asked_log& log;
    std::vector<ed25519_public_key> keys;
};

std::vector<checkpoints_read> checkpoints_of(const std::string& gateway, const workshop& by) {
    std::vector<checkpoints_read> out;
    for (const auto& file : by.called.values("--checkpoint")) out.push_back(read_checkpoints(file, by.keys));
    if (!out.empty()) return out;
    if (by.log.database())
        out.push_back(read_checkpoints(*by.log.database()->checkpoints(gateway), by.keys));
    else if (fs::exists(by.gateway.audit.checkpoints))
        out.push_back(read_checkpoints(by.gateway.audit.checkpoints, by.keys));
    return out;
}

known_trees trees_over(const found_line& found, const workshop& by) {
    known_trees out;
    for (auto& read : checkpoints_of(found.gateway, by))
        for (auto& [line, what] : read.genuine) {
            out.signed_to = std::max(out.signed_to, what.at.end.last_seq);
            if (what.at.tree && what.at.tree->first <= found.record && found.record <= what.at.end.last_seq)
                out.over.push_back(std::move(what));
        }
    std::ranges::stable_sort(out.over, {}, [](const auto& one) { return one.at.end.last_seq; });
    return out;
}

// Of the tree over these records, made anew from the lines in the database. What they are is proved by the root.
std::optional<policy::hash_reader> tree_made_of(const std::string& gateway, const policy::checkpoint& over,
                                                const fleet& database) {
    auto hashes = std::make_shared<std::vector<policy::tree_hash>>();
    policy::growing_tree tree;
    const auto lines =
        database.lines({.gateways = {gateway}, .first_record = over.tree->first, .last_record = over.end.last_seq});
    for (std::string line; lines->next(line);)
        std::ranges::copy(tree.add(policy::leaf_hash(line)), std::back_inserter(*hashes));
    if (tree.leaves() != over.tree->head.leaves) return std::nullopt;
    return [hashes](std::uint64_t place) { return hashes->at(place); };
}

// By that checkpoint; nothing where the hashes at hand are not those that were signed.
std::optional<std::string> proof_by(const policy::signed_checkpoint& over, const found_line& found, const workshop& by) {
    const auto& tree = *over.at.tree;
    const auto* database = by.log.database();
    const auto stored = database ? tree_made_of(found.gateway, over.at, *database)
                                 : stored_tree(by.gateway.audit_directory(), tree.first, tree.head.leaves);
    if (!stored) return std::nullopt;
    const auto index = found.record - tree.first;
    auto proof = to_text(policy::record_proof{.record = found.line,
                                              .index = index,
                                              .path = policy::inclusion_path(index, tree.head.leaves, *stored),
                                              .note = over.note});
    return policy::check_record_proof(proof, by.keys) ? std::optional(std::move(proof)) : std::nullopt;
}

// Why nothing proves that record.
void tell_unproved(std::uint64_t record, const known_trees& known, const config& gateway) {
    const auto name = "record " + std::to_string(record);
    if (known.signed_to < record)
        complain(name + " is not signed yet; the gateway signs after " + std::to_string(gateway.audit.checkpoint_records) +
                 " records or " + std::to_string(gateway.audit.checkpoint_time.count()) + " seconds (audit.checkpoint_every)");
    else if (known.over.empty())
        complain("no signed tree has " + name +
                 ": it is older than the tree, or a key that signed it is not known here (--key KEY)");
    else
        complain(name +
                 " cannot be proved: it, or another record of its tree, is not what was signed; see sealgate audit verify");
}

std::vector<ed25519_public_key> keys_of(const config& gateway) {
    const auto at_hand = look_for_keys(gateway.audit_directory(), gateway.checkpoint_key());
    std::vector<ed25519_public_key> out;
    for (const auto& key : {at_hand.beside, at_hand.signer})
        if (key) out.push_back(*key);
    return out;
}

bool is_same(const found_line& one, const found_line& other) {
    return one.record == other.record && one.gateway == other.gateway;
}

std::string two_of_that_name(const found_line& one, const found_line& other) {
    const auto first = std::to_string(one.record), second = std::to_string(other.record);
    if (one.gateway == other.gateway)
        return "records " + first + " and " + second + " have that id; give the number of one of them";
    return "record " + first + " of " + text::printable(one.gateway) + " and record " + second + " of " +
           text::printable(other.gateway) + " are called so; --gateway NAME says which is meant";
}

int write_proof(const invocation& called, const found_line& found, const std::string& proof) {
    const auto file = called.values("--output");
    if (!file.empty() && file.back() != "-")
        keys::replace_file(fs::absolute(file.back()), proof);
    else if (called.json())
        print_json_line(json::object{{"record", found.record}, {"proof", proof}});
    else
        std::cout << proof;
    return exit_yes;
}

constexpr std::size_t largest_proof = std::size_t{100} << 20; // octets; a record has 64 MiB at most

// What it proves, for people: which record, of whom; and the record.
void print_proved(const std::string& file, const policy::proved_record& proved, const invocation& called) {
    auto record = policy::record_in(proved.record);
    const auto number = record ? policy::number_in(*record, "seq") : 0;
    if (called.json()) {
        print_json_line(json::object{{"file", file},
                                     {"ok", true},
                                     {"origin", proved.head.origin},
                                     {"record", number},
                                     {"index", proved.index},
                                     {"leaves", proved.head.leaves},
                                     {"key", to_text(proved.key)},
                                     {"content", record ? json::value(*record) : json::value(nullptr)}});
        return;
    }
    std::cout << "genuine: record " << number << " of " << text::printable(proved.head.origin) << ", signed by "
              << to_text(proved.key) << '\n';
    record_printer printer(called, {}, [](const std::string&) { return std::nullopt; });
    printer.print({.line = proved.record, .record = std::move(record)});
    printer.flush();
}

} // namespace

int prove_record(const invocation& called, const config& gateway) {
    const auto log = asked_log::of(called, gateway);
    auto keys = log ? keys_asked_for(called) : std::nullopt;
    if (!keys) return exit_unusable;
    if (keys->empty() && log->database())
        return complain("--key says whose signature counts: the gateway's key, as sealgate check prints it there"),
               exit_unusable;
    const auto found = lines_meant(called.words.front(), *log, gateway);
    if (found.empty()) return exit_no;
    const workshop by{called, gateway, *log, keys->empty() ? keys_of(gateway) : *std::move(keys)};
    std::optional<std::pair<found_line, std::string>> proved;
    for (const auto& one : found) {
        const auto known = trees_over(one, by);
        std::optional<std::string> proof;
        for (const auto& over : known.over)
            if (!proof) proof = proof_by(over, one, by);
        if (!proof && found.size() == 1) tell_unproved(one.record, known, gateway);
        if (!proof) continue;
        if (proved && !is_same(proved->first, one)) return complain(two_of_that_name(proved->first, one)), exit_no;
        proved.emplace(one, *std::move(proof));
    }
    if (!proved && found.size() > 1)
        complain("none of the " + std::to_string(found.size()) + " records that are called so is proved");
    return proved ? write_proof(called, proved->first, proved->second) : exit_no;
}

int check_proofs(const invocation& called) {
    const auto keys = keys_asked_for(called);
    if (!keys) return exit_unusable;
    if (keys->empty())
        return complain(
                   "--key says whose signature counts: the key that sealgate check printed on the gateway, and that was noted"),
               exit_unusable;
    int status = exit_yes;
    for (const auto& file : called.words) {
        const auto proved = policy::check_record_proof(keys::read_file(file, largest_proof), *keys);
        if (proved) {
            print_proved(file, *proved, called);
            continue;
        }
        status = exit_no;
        if (called.json()) print_json_line(json::object{{"file", file}, {"ok", false}, {"problem", proved.error()}});
        complain(file + ": " + proved.error());
    }
    return status;
}

} // namespace sealgate::milter
