#include "milter/audit_commands/prove.hpp"

#include "keys/base/files.hpp"
#include "milter/audit/address_resolver.hpp"
#include "milter/audit/checkpoint_file.hpp"
#include "milter/audit/reader.hpp"
#include "milter/audit/search.hpp"
#include "milter/audit/tree_file.hpp"
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
};

constexpr std::size_t most_lines = 10;

void add_whole(std::vector<found_line>& to, const std::string& line) {
    if (const auto link = policy::read_link(line)) to.push_back({.record = link->seq, .line = line});
}

std::vector<found_line> lines_numbered(std::uint64_t number, const config& gateway) {
    std::vector<found_line> out;
    audit_reader log(gateway.audit_directory());
    for (std::string line; out.size() < most_lines && log.next(line);)
        if (policy::seq_of(line) == number) add_whole(out, line);
    return out;
}

std::vector<found_line> lines_with_id(const std::string& id, const config& gateway) {
    std::vector<found_line> out;
    const address_resolver named(gateway);
    audit_search log(gateway.audit_directory(), {.ids = {id}}, named);
    for (found_record one; out.size() < most_lines && log.next(one);) add_whole(out, one.line);
    return out;
}

// Whole records that are meant; none after a complaint.
std::vector<found_line> lines_meant(const std::string& word, const config& gateway) {
    const auto number = text::whole_number(word);
    const auto id = read_decision_id(word);
    if (!number && !id) {
        complain("\"" + text::printable(word) + "\" is no decision id such as 7Q2K-M4XD, and no number of a record");
        return {};
    }
    auto found = number ? lines_numbered(*number, gateway) : lines_with_id(*id, gateway);
    if (found.empty()) complain("the log has no whole record " + text::printable(word));
    return found;
}

// Checkpoints with a tree that has the record, and how far any of them reach.
struct known_trees {
    std::vector<policy::signed_checkpoint> over;
    std::uint64_t signed_to = 0;
};

known_trees trees_over(std::uint64_t record, const invocation& called, const config& gateway,
                       const std::vector<ed25519_public_key>& keys) {
    std::vector<std::string> files = called.values("--checkpoint");
    if (files.empty() && fs::exists(gateway.audit.checkpoints)) files.push_back(gateway.audit.checkpoints);
    known_trees out;
    for (const auto& file : files)
        for (auto& [line, what] : read_checkpoints(file, keys).genuine) {
            out.signed_to = std::max(out.signed_to, what.at.end.last_seq);
            if (what.at.tree && what.at.tree->first <= record && record <= what.at.end.last_seq)
                out.over.push_back(std::move(what));
        }
    std::ranges::stable_sort(out.over, {}, [](const auto& one) { return one.at.end.last_seq; });
    return out;
}

// By that checkpoint; nothing where the hashes at hand are not those that were signed.
std::optional<std::string> proof_by(const policy::signed_checkpoint& over, const found_line& found, const config& gateway,
                                    const std::vector<ed25519_public_key>& keys) {
    const auto& tree = *over.at.tree;
    const auto stored = stored_tree(gateway.audit_directory(), tree.first, tree.head.leaves);
    if (!stored) return std::nullopt;
    const auto index = found.record - tree.first;
    auto proof = to_text(policy::record_proof{.record = found.line,
                                              .index = index,
                                              .path = policy::inclusion_path(index, tree.head.leaves, *stored),
                                              .note = over.note});
    return policy::check_record_proof(proof, keys) ? std::optional(std::move(proof)) : std::nullopt;
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
        complain(name + " cannot be proved: it, or the tree's hashes in " + gateway.audit_directory() +
                 ", are not what was signed; see sealgate audit verify");
}

std::vector<ed25519_public_key> keys_of(const config& gateway) {
    const auto at_hand = look_for_keys(gateway.audit_directory(), gateway.checkpoint_key());
    std::vector<ed25519_public_key> out;
    for (const auto& key : {at_hand.beside, at_hand.signer})
        if (key) out.push_back(*key);
    return out;
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
    auto keys = keys_asked_for(called);
    if (!keys) return exit_unusable;
    const auto found = lines_meant(called.words.front(), gateway);
    if (found.empty()) return exit_no;
    if (keys->empty()) keys = keys_of(gateway);
    std::optional<std::pair<found_line, std::string>> proved;
    for (const auto& one : found) {
        const auto known = trees_over(one.record, called, gateway, *keys);
        std::optional<std::string> proof;
        for (const auto& over : known.over)
            if (!proof) proof = proof_by(over, one, gateway, *keys);
        if (!proof && found.size() == 1) tell_unproved(one.record, known, gateway);
        if (!proof) continue;
        if (proved && proved->first.record != one.record) {
            complain("records " + std::to_string(proved->first.record) + " and " + std::to_string(one.record) +
                     " have that id; give the number of one of them");
            return exit_no;
        }
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
