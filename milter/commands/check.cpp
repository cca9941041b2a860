#include "keys/base/clock.hpp"
#include "milter/audit/checkpoint_file.hpp"
#include "milter/base/exception_text.hpp"
#include "milter/cli/json_line.hpp"
#include "milter/cli/table.hpp"
#include "milter/commands/check_held.hpp"
#include "milter/commands/check_keys.hpp"
#include "milter/commands/list.hpp"
#include "milter/installation/start_problems.hpp"
#include "milter/outbox/smtp_client.hpp"
#include "milter/proof/prove.hpp"
#include "milter/service/secret_files.hpp"
#include "milter/settings/snapshot.hpp"
#include "milter/threads/file.hpp"
#include "policy/base/text.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/json.hpp>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <iostream>
#include <iterator>
#include <map>
#include <optional>

namespace sealgate::milter {

namespace {

namespace json = boost::json;

int print_errors(const std::vector<std::string>& errors, bool as_json) {
    if (as_json) {
        const json::object all{{"ok", false}, {"errors", json::array(errors.begin(), errors.end())}};
        print_json_line(all);
    } else {
        for (const auto& error : errors) std::cerr << text::printable(error, 2000) << '\n';
        std::cerr << errors.size() << (errors.size() == 1 ? " error" : " errors") << '\n';
    }
    return exit_no;
}

std::vector<std::vector<std::string>> matrix(const policy::policy& rules) {
    std::vector<std::vector<std::string>> rows;
    auto& heading = rows.emplace_back(1, "");
    for (policy::tier_id tier = 0; tier < rules.tiers.size(); ++tier) heading.push_back(rules.tiers.name(tier));
    for (policy::rank r = 0; r < rules.classifications.size(); ++r) {
        auto& row = rows.emplace_back(1, rules.classifications[r].name);
        for (const auto cell : rules.rules[r].cells) row.emplace_back(name_of(cell));
    }
    return rows;
}

std::vector<std::string> shown_patterns(const policy::carriers& from) {
    std::vector<std::string> out;
    for (const auto& pattern : from.subject) out.push_back(pattern.before + "{tag}" + pattern.after);
    return out;
}

std::vector<std::string> languages_of(const policy::notices& how) {
    std::vector<std::string> out;
    for (const auto& one : how.languages) out.push_back(one.tag);
    return out;
}

const std::string& language_of(const policy::replies& how, const policy::notices& notices) {
    return how.words ? how.words->tag : notices.languages.front().tag;
}

void print_notices(const policy::notices& how, const policy::replies& replies) {
    std::cout << "\nnotices\n  from " << (how.from.is_null() ? "MAILER-DAEMON" : how.from.spelled) << ", language "
              << how.language << "; texts: " << text::join(languages_of(how), ", ") << "\n  of refusals "
              << (how.refusals ? "too" : "none") << "; SMTP replies in " << language_of(replies, how) << '\n';
}

// As the policy spells it.
std::string untagged_word(const policy::policy& rules, const std::optional<policy::rank>& what) {
    return what ? rules.classifications[*what].name : "reject";
}

std::string unknown_word(const policy::policy& rules, const policy::label_rules& family) {
    if (family.unknown == policy::unknown_label::counts) return rules.classifications[family.unknown_as].name;
    return std::string(name_of(family.unknown));
}

void print_labels(const policy::policy& rules) {
    for (const auto& [which, family] : rules.carriers.labels) {
        std::cout << "  label " << name_of(which) << (family.of.empty() ? "" : " of " + text::join(family.of, ", ")) << ": ";
        for (const auto& [key, value] : family.values)
            std::cout << value.spelled << " is " << rules.classifications[value.classification].name << ", ";
        std::cout << "unknown: " << unknown_word(rules, family) << '\n';
    }
}

json::object labels_as_json(const policy::policy& rules) {
    json::object out;
    for (const auto& [which, family] : rules.carriers.labels) {
        json::object values;
        for (const auto& [key, value] : family.values) values[value.spelled] = rules.classifications[value.classification].name;
        out[name_of(which)] = json::object{{"of", json::array(family.of.begin(), family.of.end())},
                                           {"values", std::move(values)},
                                           {"unknown", unknown_word(rules, family)}};
    }
    return out;
}

void print_policy(const policy::policy& rules) {
    std::cout << "policy of " << rules.organisation << "  " << rules.digest << "\n\n";
    print_table(std::cout, matrix(rules), "  ");
    std::cout << "\ntags\n";
    for (const auto& one : rules.classifications) std::cout << "  " << one.name << ": " << text::join(one.tags, ", ") << '\n';
    std::cout << "  untagged: " << (rules.untagged ? "is " : "") << untagged_word(rules, rules.untagged)
              << "; of programs: " << (rules.untagged_automatic ? "is " : "") << untagged_word(rules, rules.untagged_automatic)
              << "; nearly a tag: " << name_of(rules.near_miss)
              << "; less sensitive than what it answers: " << name_of(rules.downgrade) << "\n\ncarriers\n";
    if (!rules.carriers.subject.empty()) std::cout << "  subject: " << text::join(shown_patterns(rules.carriers), "  ") << '\n';
    if (!rules.carriers.headers.empty()) std::cout << "  headers: " << text::join(rules.carriers.headers, ", ") << '\n';
    for (const auto& [value, r] : rules.carriers.sensitivity)
        std::cout << "  Sensitivity: " << value << " is " << rules.classifications[r].name << '\n';
    print_labels(rules);
    std::cout << "\ndomains\n";
    for (policy::tier_id tier = 0; tier + 1 < rules.tiers.size(); ++tier)
        std::cout << "  " << rules.tiers.name(tier) << ": " << rules.tiers.domains_in(tier) << '\n';
    if (!rules.lists.empty()) std::cout << "  lists: " << text::join(rules.lists, ", ") << '\n';
    for (policy::rank r = 0; r < rules.classifications.size(); ++r)
        for (const auto& archive : rules.rules[r].archive)
            std::cout << "\n" << rules.classifications[r].name << " mail is archived at " << archive.spelled << '\n';
}

// The key that signs checkpoints, whether all who name one agree, and whether the secret ones are secret.
struct audit_keys {
    std::optional<std::string> signing; // for people to note elsewhere; nothing before the first start, or in doubt
    bool in_doubt = false;
    std::vector<std::string> errors;
};

audit_keys look_for_audit_keys(const config& gateway) {
    const auto asked = request_for(gateway.audit_directory(), gateway.audit.checkpoints, gateway.checkpoint_key());
    auto witnesses = asked.witnesses;
    if (auto log = last_witness(gateway.audit_directory())) witnesses.insert(witnesses.begin(), *std::move(log));
    audit_keys out{.signing = {}, .errors = exposed_secrets(gateway)};
    std::ranges::move(unusable_secrets(gateway), std::back_inserter(out.errors));
    const auto file = public_key_file(gateway.audit_directory());
    if (asked.trusted.keys.empty() && asked.may_read(file) && std::filesystem::exists(file))
        out.errors.push_back(file.string() + " holds no Ed25519 public key; the next start of the gateway writes it anew");
    if (witnesses.empty()) return out;
    auto trusted = asked.trusted;
    if (trusted.keys.empty()) trusted = {.keys = {witnesses.back().key}, .who = witnesses.back().who};
    auto doubts = policy::contradictions(witnesses, trusted);
    out.in_doubt = !doubts.empty();
    if (!out.in_doubt) out.signing = to_text(trusted.keys.front());
    std::ranges::move(doubts, std::back_inserter(out.errors));
    return out;
}

void print_audit(const config& gateway, const audit_keys& keys) {
    std::cout << "\naudit log in " << gateway.audit_directory() << "\n  checkpoints: " << gateway.audit.checkpoints
              << "\n  signed by: "
              << keys.signing.value_or(keys.in_doubt ? "nobody knows which key" : "a key that is made at the first start")
              << "\n  addresses: " << name_of(gateway.audit.addresses) << '\n';
    for (const auto& error : keys.errors) complain(error);
}

// What the submit port takes, and whether that is enough for what may come.
struct submit_port {
    std::optional<std::uint64_t> most; // octets; nothing: no limit, or nobody to ask
    std::string problem;               // why it could not be asked
    std::uint64_t needed = 0;
    bool is_enough() const { return !most || *most >= needed; }
};

submit_port ask_submit_port(const config& gateway) {
    // Base64 with its line ends makes 1.37 of it; header and legacy display are little.
    submit_port out{.most = {}, .problem = {}, .needed = gateway.limits.largest_message() * 7 / 5};
    boost::asio::io_context io;
    constexpr smtp_deadlines patience{.step = std::chrono::seconds(2), .end_of_message = std::chrono::seconds(2)};
    boost::asio::co_spawn(io, ask_size_limit(gateway.submit, patience), [&](const std::exception_ptr& thrown, auto said) {
        if (thrown)
            out.problem = text_of(thrown);
        else if (said)
            out.most = *said;
        else
            out.problem = said.error();
    });
    io.run();
    return out;
}

void remark_on_limits(const milter::limits& most) {
    if (most.largest_message() >= most.message_size) return;
    complain("remark: a mail of more than " + text::octets(most.largest_message()) +
             " is refused, since limits.memory has to hold four times as much; limits.message_size says more");
}

void print_submit_port(const config& gateway, const submit_port& port) {
    std::cout << "\nsubmit port " << to_string(endpoint(gateway.submit)).substr(sizeof "inet:" - 1) << "\n  "
              << (!port.problem.empty() ? "cannot be asked now: " + port.problem
                  : port.most           ? "takes messages of at most " + text::octets(*port.most)
                                        : "takes messages of any size")
              << '\n';
    if (!port.most && port.problem.empty())
        complain(
            "remark: the submit port names no limit, and Postfix refuses what is larger than message_size_limit in main.cf all "
            "the same: where there is one, let that port have it too (no -o message_size_limit in master.cf)");
    if (port.is_enough()) return;
    complain("remark: a mail of gateway.limits.message_size has up to " + text::octets(port.needed) +
             " once it is encrypted, and Postfix takes " + text::octets(*port.most) +
             "; what is larger is refused. Set message_size_limit = " + std::to_string(port.needed) +
             " in main.cf, or gateway.limits.message_size: " + std::to_string(*port.most * 5 / 7 >> 10) + "KiB");
}

json::object as_json(const submit_port& port) {
    return {{"size_limit", port.most ? json::value(*port.most) : json::value(nullptr)},
            {"size_needed", port.needed},
            {"enough", port.is_enough()},
            {"problem", port.problem.empty() ? json::value(nullptr) : json::value(port.problem)}};
}

// Why the gateway does not know, or will not know, which mails are sensitive; nothing where all is well.
std::vector<std::string> thread_problems(const config& gateway) {
    const auto read = read_threads(gateway.threads_directory());
    if (read.problem.empty()) return {};
    return {read.problem + (read.known
                                ? "; the next start of the gateway moves it aside, and what cannot be read is forgotten"
                                : "; as long as the gateway cannot read it, sensitive mail is deferred, and replies without a "
                                  "tag that would leave in clear")};
}

void print_json(const snapshot& live, const audit_keys& audit, const std::vector<std::string>& others,
                const std::optional<held_count>& held) {
    const auto& rules = live.rules;
    json::object cells;
    for (policy::rank r = 0; r < rules.classifications.size(); ++r) {
        json::object row;
        for (policy::tier_id tier = 0; tier < rules.tiers.size(); ++tier)
            row[rules.tiers.name(tier)] = name_of(rules.rules[r].cells[tier]);
        cells[rules.classifications[r].name] = std::move(row);
    }
    const auto patterns = shown_patterns(rules.carriers);
    const auto languages = languages_of(rules.notices);
    json::object sensitivity;
    for (const auto& [value, r] : rules.carriers.sensitivity) sensitivity[value] = rules.classifications[r].name;
    const auto of_keys = key_problems(live);
    json::array errors(of_keys.begin(), of_keys.end());
    errors.insert(errors.end(), audit.errors.begin(), audit.errors.end());
    errors.insert(errors.end(), others.begin(), others.end());
    json::object all{
        {"ok", errors.empty()},
        {"errors", errors},
        {"policy", rules.digest},
        {"mode", name_of(live.gateway.mode)},
        {"matrix", std::move(cells)},
        {"lists", json::array(rules.lists.begin(), rules.lists.end())},
        {"untagged", untagged_word(rules, rules.untagged)},
        {"untagged_automatic", untagged_word(rules, rules.untagged_automatic)},
        {"near_miss", name_of(rules.near_miss)},
        {"downgrade", name_of(rules.downgrade)},
        {"carriers", json::object{{"subject", json::array(patterns.begin(), patterns.end())},
                                  {"headers", json::array(rules.carriers.headers.begin(), rules.carriers.headers.end())},
                                  {"sensitivity", std::move(sensitivity)},
                                  {"labels", labels_as_json(rules)}}},
        {"notices", json::object{{"language", rules.notices.language},
                                 {"texts", json::array(languages.begin(), languages.end())},
                                 {"refusals", rules.notices.refusals}}},
        {"replies", json::object{{"language", language_of(rules.replies, rules.notices)}}},
        {"submit", as_json(ask_submit_port(live.gateway))},
        {"held", as_json(held)},
        {"audit", json::object{{"checkpoints", live.gateway.audit.checkpoints},
                               {"key", audit.signing ? json::value(*audit.signing) : json::value(nullptr)},
                               {"addresses", name_of(live.gateway.audit.addresses)}}}};
    for (auto& field : keys_as_json(live)) all.insert(field);
    print_json_line(all);
}

} // namespace

int cmd_check(const invocation& called) {
    const auto live = load_snapshot(called.config_path, nullptr, keys::reading::all);
    if (!live) return print_errors(live.error(), called.json());
    const auto audit = look_for_audit_keys((*live)->gateway);
    auto others = thread_problems((*live)->gateway);
    std::ranges::move(start_problems((*live)->gateway), std::back_inserter(others));
    const auto held = count_held((*live)->gateway, called);
    if (called.json()) {
        print_json(**live, audit, others, held);
    } else {
        std::cout << "gateway: " << called.config_path << ", mode " << name_of((*live)->gateway.mode) << '\n';
        for (const auto& where : (*live)->gateway.listen) std::cout << "  listens on " << to_string(where) << '\n';
        print_policy((*live)->rules);
        print_notices((*live)->rules.notices, (*live)->rules.replies);
        print_keys(**live);
        remark_on_limits((*live)->gateway.limits);
        print_submit_port((*live)->gateway, ask_submit_port((*live)->gateway));
        print_audit((*live)->gateway, audit);
        remark_on_held(held);
        for (const auto& problem : others) complain(problem);
    }
    return key_problems(**live).empty() && audit.errors.empty() && others.empty() ? exit_yes : exit_no;
}

} // namespace sealgate::milter
