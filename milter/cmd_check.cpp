#include "milter/checkpoint_file.hpp"
#include "milter/cmd.hpp"
#include "milter/files.hpp"
#include "milter/snapshot.hpp"
#include "milter/table.hpp"
#include "policy/base/text.hpp"

#include <boost/json.hpp>

#include <chrono>
#include <iostream>
#include <map>
#include <optional>

namespace sealgate::milter {

namespace {

namespace json = boost::json;

int print_errors(const std::vector<std::string>& errors, bool as_json) {
    if (as_json) {
        const json::object all{{"ok", false}, {"errors", json::array(errors.begin(), errors.end())}};
        std::cout << text::printable_json(json::serialize(all)) << '\n';
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

std::map<std::string_view, std::size_t> count_states(const snapshot& live) {
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    std::map<std::string_view, std::size_t> counts;
    for (const auto& stored : live.certificates.certificates()) ++counts[name_of(keys::state_at(stored.cert, now))];
    return counts;
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

void print_notices(const policy::notices& how) {
    std::cout << "\nnotices\n  from " << (how.from.is_null() ? "MAILER-DAEMON" : how.from.spelled) << ", language "
              << how.language << "; texts: " << text::join(languages_of(how), ", ") << '\n';
}

void print_policy(const policy::policy& rules) {
    std::cout << "policy of " << rules.organisation << "  " << rules.digest << "\n\n";
    print_table(std::cout, matrix(rules), "  ");
    std::cout << "\ntags\n";
    for (const auto& one : rules.classifications) std::cout << "  " << one.name << ": " << text::join(one.tags, ", ") << '\n';
    std::cout << "  untagged: " << (rules.untagged ? "is " + rules.classifications[*rules.untagged].name : "reject")
              << "; nearly a tag: " << name_of(rules.near_miss) << "\n\ncarriers\n";
    if (!rules.carriers.subject.empty()) std::cout << "  subject: " << text::join(shown_patterns(rules.carriers), "  ") << '\n';
    if (!rules.carriers.headers.empty()) std::cout << "  headers: " << text::join(rules.carriers.headers, ", ") << '\n';
    for (const auto& [value, r] : rules.carriers.sensitivity)
        std::cout << "  Sensitivity: " << value << " is " << rules.classifications[r].name << '\n';
    std::cout << "\ndomains\n";
    for (policy::tier_id tier = 0; tier + 1 < rules.tiers.size(); ++tier)
        std::cout << "  " << rules.tiers.name(tier) << ": " << rules.tiers.domains_in(tier) << '\n';
    for (policy::rank r = 0; r < rules.classifications.size(); ++r)
        for (const auto& archive : rules.rules[r].archive)
            std::cout << "\n" << rules.classifications[r].name << " mail is archived at " << archive.spelled << '\n';
}

void print_keys(const snapshot& live) {
    std::cout << "\nkeys in " << live.gateway.keys_directory() << '\n';
    const auto counts = count_states(live);
    if (counts.empty()) std::cout << "  none\n";
    for (const auto& [state, count] : counts) std::cout << "  " << state << ": " << count << '\n';
    if (!live.rules.encryption.always_to.empty())
        std::cout << "  always encrypted to, too: " << text::join(live.rules.encryption.always_to, ", ") << '\n';
    if (live.rules.encryption.to_sender) std::cout << "  always encrypted to, too: the sender, if there is a key\n";
    for (const auto& problem : live.key_problems) std::cerr << problem << '\n';
}

// The public half of the key that signs checkpoints, for people to note elsewhere; nothing before the first start.
std::optional<std::string> signing_key(const config& gateway) {
    const auto key = read_file(public_key_file(gateway.audit_directory()).string());
    return key ? std::optional(std::string(text::trim(*key))) : std::nullopt;
}

void print_audit(const config& gateway) {
    std::cout << "\naudit log in " << gateway.audit_directory() << "\n  checkpoints: " << gateway.audit.checkpoints
              << "\n  signed by: " << signing_key(gateway).value_or("a key that is made at the first start")
              << "\n  addresses: " << name_of(gateway.audit.addresses) << '\n';
}

void print_json(const snapshot& live) {
    const auto& rules = live.rules;
    json::object cells;
    for (policy::rank r = 0; r < rules.classifications.size(); ++r) {
        json::object row;
        for (policy::tier_id tier = 0; tier < rules.tiers.size(); ++tier)
            row[rules.tiers.name(tier)] = name_of(rules.rules[r].cells[tier]);
        cells[rules.classifications[r].name] = std::move(row);
    }
    json::object key_states;
    for (const auto& [state, count] : count_states(live)) key_states[state] = count;
    const auto patterns = shown_patterns(rules.carriers);
    const auto languages = languages_of(rules.notices);
    json::object sensitivity;
    for (const auto& [value, r] : rules.carriers.sensitivity) sensitivity[value] = rules.classifications[r].name;
    const auto key = signing_key(live.gateway);
    const json::object all{
        {"ok", live.key_problems.empty()},
        {"errors", json::array(live.key_problems.begin(), live.key_problems.end())},
        {"policy", rules.digest},
        {"mode", name_of(live.gateway.mode)},
        {"matrix", std::move(cells)},
        {"untagged", rules.untagged ? json::value(rules.classifications[*rules.untagged].name) : json::value("reject")},
        {"near_miss", name_of(rules.near_miss)},
        {"carriers", json::object{{"subject", json::array(patterns.begin(), patterns.end())},
                                  {"headers", json::array(rules.carriers.headers.begin(), rules.carriers.headers.end())},
                                  {"sensitivity", std::move(sensitivity)}}},
        {"notices",
         json::object{{"language", rules.notices.language}, {"texts", json::array(languages.begin(), languages.end())}}},
        {"keys", std::move(key_states)},
        {"audit", json::object{{"checkpoints", live.gateway.audit.checkpoints},
                               {"key", key ? json::value(*key) : json::value(nullptr)},
                               {"addresses", name_of(live.gateway.audit.addresses)}}}};
    std::cout << text::printable_json(json::serialize(all)) << '\n';
}

} // namespace

int cmd_check(const invocation& called) {
    const auto live = load_snapshot(called.config_path);
    if (!live) return print_errors(live.error(), called.json());
    if (called.json()) {
        print_json(**live);
    } else {
        std::cout << "gateway: " << called.config_path << ", mode " << name_of((*live)->gateway.mode) << '\n';
        for (const auto& where : (*live)->gateway.listen) std::cout << "  listens on " << to_string(where) << '\n';
        print_policy((*live)->rules);
        print_notices((*live)->rules.notices);
        print_keys(**live);
        print_audit((*live)->gateway);
    }
    return (*live)->key_problems.empty() ? exit_yes : exit_no;
}

} // namespace sealgate::milter
