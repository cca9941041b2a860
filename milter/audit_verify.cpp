#include "milter/audit_verify.hpp"

#include "keys/files.hpp"
#include "milter/audit_proof.hpp"
#include "policy/base/rfc3339.hpp"
#include "policy/base/text.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <iostream>
#include <optional>
#include <stdexcept>

namespace sealgate::milter {

namespace {

namespace json = boost::json;

// --key: the key itself, or a file with it. Nothing after a complaint.
std::optional<ed25519_public_key> key_named(const std::string& word) {
    if (auto key = parse_ed25519_public_key(word)) return key;
    if (std::filesystem::exists(word))
        if (auto key = parse_ed25519_public_key(keys::read_file(word))) return key;
    return complain("--key: \"" + text::printable(word) + "\" is no Ed25519 public key, and no file with one"), std::nullopt;
}

// --from; nothing after a complaint.
std::optional<std::uint64_t> first_record(const invocation& called) {
    const auto values = called.values("--from");
    if (values.empty()) return 1;
    const auto& digits = values.back();
    if (const auto number = whole_number(digits); number && *number > 0) return number;
    return complain("--from takes the number of a record, not \"" + text::printable(digits) + "\""), std::nullopt;
}

std::string records(std::uint64_t first, std::uint64_t last) {
    return first == last ? "record " + std::to_string(first)
                         : "records " + std::to_string(first) + " to " + std::to_string(last);
}

void print_json(const proved& of) {
    const auto* first = of.problems.empty() ? nullptr : &of.problems.front();
    json::array problems;
    for (const auto& one : of.problems)
        problems.push_back(json::object{{"file", one.file.string()},
                                        {"record", one.record ? json::value(*one.record) : json::value(nullptr)},
                                        {"text", one.text}});
    std::cout << json::serialize(json::object{
                     {"ok", of.problems.empty()},
                     {"first_record", of.first_record},
                     {"records", of.records()},
                     {"last_hash", of.end.last_hash},
                     {"problem", first ? json::value(first->text) : json::value(nullptr)},
                     {"problems", std::move(problems)},
                     {"checkpoints", of.checkpoints},
                     {"signed_to", of.last_signed ? json::value(of.last_signed->end.last_seq) : json::value(nullptr)},
                     {"signed_at", of.last_signed ? json::value(rfc3339(of.last_signed->time)) : json::value(nullptr)},
                     {"notes", json::array(of.notes.begin(), of.notes.end())}})
              << '\n';
}

// What holds of a log without a problem.
void print_proof(const proved& of, bool kept_elsewhere) {
    const auto last = of.end.last_seq;
    if (last < of.first_record) {
        std::cout << "empty: there is no record yet\n";
        return;
    }
    std::cout << "whole: " << records(of.first_record, last) << ", each follows the one before it\n";
    const auto signed_to = of.last_signed ? of.last_signed->end.last_seq : 0;
    if (signed_to >= of.first_record)
        std::cout << "signed: " << records(of.first_record, signed_to) << ", the last time at " << rfc3339(of.last_signed->time)
                  << '\n';
    if (signed_to < last) std::cout << "not signed yet: " << records(std::max(signed_to + 1, of.first_record), last) << '\n';
    std::cout << "last hash: " << of.end.last_hash << "\n\n";
    if (signed_to >= of.first_record)
        std::cout << "Proved: " << records(of.first_record, signed_to)
                  << " are what was signed. None was changed, removed, added or moved, unless by somebody\n"
                     "who had the signing key.\n";
    if (signed_to < last)
        std::cout << "Not proved: that " << records(std::max(signed_to + 1, of.first_record), last)
                  << " are what the gateway wrote, and that none was cut off behind them. They fit together,\n"
                     "but whoever can write the log's file could have made them.\n";
    if (!kept_elsewhere)
        std::cout
            << "The key and these checkpoints are the gateway's own. Against its administrators the log is proved by copies\n"
               "that others keep: sealgate audit verify --checkpoint FILE --key KEY.\n";
}

} // namespace

std::optional<proof_request> proof_asked_for(const invocation& called, const config& gateway,
                                             const std::vector<std::string>& logs) {
    proof_request out;
    if (logs.empty())
        out = request_for(gateway.audit_directory(), gateway.audit.checkpoints);
    else
        out.logs.assign(logs.begin(), logs.end());
    if (out.logs.empty())
        throw std::runtime_error("there is no audit log in " + gateway.audit_directory() + "; has the gateway run yet?");
    for (const auto& file : called.values("--checkpoint")) out.checkpoints.emplace_back(file);
    if (called.has("--key")) out.keys.clear();
    for (const auto& word : called.values("--key")) {
        const auto key = key_named(word);
        if (!key) return std::nullopt;
        out.keys.push_back(*key);
    }
    const auto first = first_record(called);
    if (!first) return std::nullopt;
    out.first_record = *first;
    if (out.keys.empty() && !out.checkpoints.empty())
        return complain("checkpoints need --key: the public half of the gateway's key, as sealgate check prints it"),
               std::nullopt;
    return out;
}

int verify_log(const invocation& called, const config& gateway, const std::vector<std::string>& logs) {
    const auto asked = proof_asked_for(called, gateway, logs);
    if (!asked) return exit_unusable;
    const auto found = prove(*asked);
    for (const auto& problem : found.problems) complain(problem.file.string() + ": " + problem.text);
    if (called.json()) {
        print_json(found);
    } else {
        if (found.problems.empty()) print_proof(found, called.has("--checkpoint") && called.has("--key"));
        for (const auto& note : found.notes) std::cout << "note: " << note << '\n';
    }
    return found.problems.empty() ? exit_yes : exit_no;
}

} // namespace sealgate::milter
