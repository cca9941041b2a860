#include "milter/doctor/settings_findings.hpp"

#include "keys/base/clock.hpp"
#include "keys/store/due.hpp"
#include "milter/base/named_files.hpp"
#include "milter/installation/answers.hpp"
#include "milter/installation/shown_command.hpp"
#include "policy/base/rfc3339.hpp"
#include "policy/base/text.hpp"

#include <algorithm>
#include <array>
#include <chrono>

namespace sealgate::milter {

namespace {

using enum finding_kind;

constexpr auto placeholders = std::to_array<std::string_view>({"example.org", "partner.example"});
constexpr std::chrono::days far_enough_ahead{30};

// As a word of its own: not in "myexample.org" nor in "example.organisation".
bool names_it(std::string_view line, std::string_view placeholder) {
    for (auto at = line.find(placeholder); at != std::string_view::npos; at = line.find(placeholder, at + 1)) {
        const auto behind = at + placeholder.size();
        const bool begins = at == 0 || !text::is_alphanumeric(line[at - 1]);
        if (begins && (behind == line.size() || !text::is_alphanumeric(line[behind]))) return true;
    }
    return false;
}

void find_placeholders_in(const examined& of, const std::string& file, findings& to) {
    const auto content = read_file(file);
    if (!content) return;
    const auto domain = propose_domain(of.postfix);
    std::string_view rest = *content;
    for (std::size_t number = 1; !rest.empty(); ++number) {
        auto line = text::take_line(rest);
        line = line.substr(0, line.find('#'));
        const auto found = std::ranges::find_if(placeholders, [&](auto one) { return names_it(line, one); });
        if (found == placeholders.end() || domain == *found) continue;
        const bool can_mend = !domain.empty() && *found == placeholders.front();
        to.push_back({.kind = placeholder,
                      .what = "says " + std::string(*found) +
                              ", which stands there as an example: " + text::printable(text::trim(line), 80),
                      .where = file + ":" + std::to_string(number),
                      .mend = can_mend ? "sed -i " + shell_quoted(std::to_string(number) + "s/example\\.org/" + domain + "/g") +
                                             " " + shell_quoted(file)
                                       : "sed -i " + shell_quoted(std::to_string(number) + "s/" + std::string(*found) + "//") +
                                             " " + shell_quoted(file)});
    }
}

void find_keys(const examined& of, findings& to) {
    const auto& live = *of.live;
    const auto now = keys::this_second();
    for (const auto& problem : unusable_organisation_keys(live, now))
        to.push_back({.kind = organisation_key,
                      .what = problem,
                      .where = "encryption.always_to",
                      .mend = shown_command(of.config_path, "keys import FILE")});
    for (const auto& one : keys::due_certificates(*live.certificates, live.rules.encryption, far_enough_ahead, now)) {
        const auto who = one.addresses.empty() ? one.fingerprint : one.addresses.front();
        to.push_back(
            {.kind = key_ends_soon,
             .what = "mail can be encrypted to " + text::printable(who, 80) + " until " + rfc3339(one.end).substr(0, 10),
             .where = one.fingerprint,
             .mend = shown_command(of.config_path, "keys refresh " + shell_quoted(who))});
    }
}

} // namespace

findings settings_findings(const examined& of) {
    findings out;
    find_placeholders_in(of, of.config_path, out);
    if (!of.gateway.policy_path.empty()) find_placeholders_in(of, of.gateway.policy_path, out);
    if (of.live) find_keys(of, out);
    return out;
}

} // namespace sealgate::milter
