// sealgate report: the log, read once from its first record to its last, as one page. The proof is of the whole log; the
// numbers are of the period that was asked for; keys that end soon are those of the key store now.

#include "keys/base/clock.hpp"
#include "keys/base/files.hpp"
#include "keys/store/due.hpp"
#include "milter/audit_commands/asked_log.hpp"
#include "milter/audit_commands/question.hpp"
#include "milter/audit_commands/verify.hpp"
#include "milter/base/exception_text.hpp"
#include "milter/base/named_files.hpp"
#include "milter/cli/policy_file.hpp"
#include "milter/commands/list.hpp"
#include "milter/proof/prove.hpp"
#include "milter/settings/policy_archive.hpp"
#include "milter/settings/snapshot.hpp"
#include "policy/audit/query.hpp"
#include "policy/load/policy.hpp"
#include "policy/report/page.hpp"

#include <algorithm>
#include <expected>
#include <filesystem>
#include <iostream>
#include <optional>
#include <stdexcept>
#include <utility>

namespace sealgate::milter {

namespace {

namespace fs = std::filesystem;

struct asked_for {
    std::optional<wall_time> since = {}, until = {};
    std::string output; // "-" is standard output
    bool as_json = false;
};

// The options, or nothing after a complaint.
std::optional<asked_for> question_in(const invocation& called, wall_time now) {
    const auto when = period_in(called, now);
    if (!when) return std::nullopt;
    asked_for out{.since = when->since, .until = when->until, .output = called.json() ? "-" : "", .as_json = called.json()};
    for (const auto& file : called.values("--output")) out.output = file;
    if (out.output.empty())
        return complain("--output says where the report goes, - for standard output; see sealgate report --help"), std::nullopt;
    return out;
}

constexpr std::size_t most_remarks = 20;

// Of several gateways each, and of them the worst.
struct log_reading {
    policy::tally counts;
    policy::proof_status proof;
    std::vector<policy::gateway_proof> gateways;
};

// The last record that the problem does not concern.
std::uint64_t before(const log_problem& problem, std::uint64_t last) {
    return std::min(last, problem.record.value_or(last + 1) - 1);
}

policy::proof_status status_of(const proved& found) {
    policy::proof_status out{.records = found.records(),
                             .last_record = found.problems.empty() ? found.end.last_seq
                                                                   : before(found.problems.front(), found.end.last_seq),
                             .flaw = found.problems.empty() ? std::string{} : found.problems.front().text,
                             .is_chain_whole = found.problems.empty() || !found.problems.front().record,
                             .is_kept = found.is_kept,
                             .checkpoints = found.counting,
                             .not_genuine = found.not_genuine,
                             .signed_to = 0,
                             .signed_at = {},
                             .remarks = found.notes};
    for (std::size_t i = 1; i < found.problems.size() && i <= most_remarks; ++i) out.remarks.push_back(found.problems[i].text);
    if (!found.last_signed) return out;
    out.signed_to = found.last_signed->end.last_seq;
    out.signed_at = found.last_signed->time;
    return out;
}

// `simulated`: null where no other policy is asked for.
log_reading read_log(const std::vector<fleet_proof_request>& proofs, const asked_for& asked, policy::simulation* simulated) {
    log_reading out{.counts = policy::tally(asked.since, asked.until), .proof = {}, .gateways = {}};
    for (const auto& [gateway, request] : proofs) {
        const auto found = prove(request, [&](const std::string& line) {
            const auto record = policy::record_in(line);
            if (!record) return out.counts.add_unreadable();
            out.counts.add(*record);
            if (simulated) simulated->add(*record);
        });
        out.gateways.push_back({.gateway = gateway, .of = status_of(found)});
    }
    const auto wrong = std::ranges::find_if(out.gateways, [](const auto& one) { return !one.of.is_whole(); });
    out.proof = (wrong == out.gateways.end() ? out.gateways.front() : *wrong).of;
    if (out.gateways.size() == 1) out.gateways.clear();
    return out;
}

// What is to be proved, and where the log is, for people. Nothing after a complaint.
std::optional<std::vector<fleet_proof_request>> proofs_of(const invocation& called, const config& gateway, std::string& place) {
    const auto log = asked_log::of(called, gateway);
    if (!log) return std::nullopt;
    if (log->database()) {
        place = log->database()->database().shown;
        return proofs_asked_for(called, *log);
    }
    auto own = proof_asked_for(called, gateway, {});
    if (!own) return std::nullopt;
    place = fs::absolute(gateway.audit_directory()).lexically_normal().string();
    return std::vector{fleet_proof_request{.gateway = {}, .asked = *std::move(own)}};
}

using policy_reading = std::expected<policy::policy, std::vector<yaml::diagnostic>>;

// The log is told of, whatever became of the keys; an auditor may not be allowed to read them.
policy::ending_keys ending_keys_of(const config& gateway, const policy_reading& rules) {
    policy::ending_keys out;
    if (!rules) return out.problem = "the policy has errors; sealgate check lists them", out;
    try {
        const auto opened = keys::open_keyring(key_places(gateway), {}, rules->encryption, keys::reading::at_once);
        const auto now = keys::this_second();
        out.certificates = keys::due_certificates(*opened.certificates, rules->encryption, out.ahead, now);
        std::erase_if(out.certificates, [&](const auto& one) { return !one.of_organisation && one.end < now - out.ahead; });
    } catch (const std::runtime_error& problem) {
        out.problem = text_of(problem);
    }
    return out;
}

// Whole or not at all: who opens the file meanwhile sees the old one.
int write(const std::string& output, const std::string& content) {
    if (output == "-") {
        std::cout << content; // whether it arrives is told at the end, as for every command
        return exit_yes;
    }
    const auto file = fs::absolute(output);
    if (fs::exists(file) && !fs::is_regular_file(file)) {
        complain(output + " is no regular file; --output - writes to standard output");
        return exit_unusable;
    }
    keys::replace_file(file, content);
    return exit_yes;
}

} // namespace

int cmd_report(const invocation& called) {
    const auto now = std::chrono::system_clock::now();
    const auto asked = question_in(called, now);
    if (!asked) return exit_unusable;
    const auto gateway = configured_to_read(called);
    if (!gateway) return exit_unusable;
    std::string place;
    const auto proofs = proofs_of(called, *gateway, place);
    if (!proofs) return exit_unusable;
    std::optional<policy::policy> another;
    std::optional<policy::simulation> simulated;
    for (const auto& file : called.values("--policy")) {
        if (another = policy_in(file); !another) return exit_no;
        simulated.emplace(*another, asked->since, asked->until);
    }
    const auto found = read_log(*proofs, *asked, simulated ? &*simulated : nullptr);
    const auto rules = policy::load_policy(gateway->policy_path, read_file, list_directory);
    const auto ending = ending_keys_of(*gateway, rules);
    const policy::report_input report{.counted = found.counts.counted(),
                                      .proof = found.proof,
                                      .ending = ending,
                                      .since = asked->since,
                                      .until = asked->until,
                                      .now = now,
                                      .log = place,
                                      .version = SEALGATE_VERSION,
                                      .host = gateway_name(*gateway),
                                      .organisation = rules ? rules->organisation : "",
                                      .policy_text = kept_policies(gateway->audit_directory()),
                                      .gateways = found.gateways,
                                      .another_policy = simulated ? &simulated->counted() : nullptr};
    const auto status = write(asked->output, asked->as_json ? policy::report_json(report) + "\n" : policy::report_page(report));
    if (status != exit_yes || found.proof.is_whole()) return status;
    complain((found.proof.is_chain_whole ? "the log is not proved: " : "the log is not whole: ") + found.proof.flaw);
    return exit_no;
}

} // namespace sealgate::milter
