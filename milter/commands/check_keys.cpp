#include "milter/commands/check_keys.hpp"

#include "keys/base/clock.hpp"
#include "keys/store/due.hpp"
#include "milter/base/exception_text.hpp"
#include "milter/cli/dispatch.hpp"
#include "milter/discovery/finding.hpp"
#include "milter/service/census.hpp"
#include "policy/base/rfc3339.hpp"
#include "policy/base/text.hpp"

#include <algorithm>
#include <chrono>
#include <iostream>
#include <iterator>
#include <map>
#include <optional>
#include <stdexcept>
#include <utility>

namespace sealgate::milter {

namespace {

namespace json = boost::json;

// A file that is missing, another kind of proxy: each lookup would fail.
std::optional<std::string> problem_with_lookups(const discover_settings& how) {
    try {
        if (how.is_on()) const https_client tried(https_settings_of(how));
        return std::nullopt;
    } catch (const std::runtime_error& problem) {
        return "keys.discover: " + text_of(problem) + "; no key can be looked for";
    }
}

// Which ones mail was sealed to before. Nobody has this address.
std::optional<std::string> problem_with_pins(const keys::keyring& certificates) {
    try {
        if (certificates.pinned()) certificates.pinned()->of("@");
        return std::nullopt;
    } catch (const std::runtime_error& problem) {
        return "trust/pins.sqlite in the state directory: " + text_of(problem) +
               "; found keys are not used while it cannot be read";
    }
}

// By name, as they are shown.
std::map<std::string_view, std::size_t> named_states(const snapshot& live) {
    std::map<std::string_view, std::size_t> out;
    for (const auto& [state, count] : count_states(*live.certificates, keys::this_second())) out[name_of(state)] = count;
    return out;
}

std::vector<std::string> watchers_of(const policy::watch_settings& watch) {
    std::vector<std::string> out;
    for (const auto& who : watch.mail) out.push_back(who.spelled);
    return out;
}

// As the file spells them, or nearly.
std::vector<std::string> steps_of(const policy::watch_settings& watch) {
    std::vector<std::string> out;
    for (const auto step : watch.before) {
        const auto count = step.count();
        out.push_back(count % 86400 == 0  ? std::to_string(count / 86400) + "d"
                      : count % 3600 == 0 ? std::to_string(count / 3600) + "h"
                                          : std::to_string(count) + "s");
    }
    return out;
}

std::vector<std::string> names_of(const std::vector<policy::key_source>& sources) {
    std::vector<std::string> out;
    for (const auto source : sources) out.emplace_back(name_of(source));
    return out;
}

std::string places_looked_into(const discover_settings& how) {
    std::vector<std::string> places;
    if (how.wkd) places.emplace_back("in the Web Key Directory of the recipient's domain");
    if (!how.vks.empty()) places.push_back("at " + text::listed(how.vks, "and") + " (vks)");
    if (!how.hkp.empty()) places.push_back("at " + text::listed(how.hkp, "and") + " (hkp)");
    if (places.empty()) return "nowhere (keys.discover)";
    const bool tells_others = !how.vks.empty() || !how.hkp.empty();
    return text::join(places, ", ") + (tells_others ? ", which learn who is written to" : "") + "; a mail waits " +
           std::to_string(how.wait.count()) + "s at most";
}

void remark_on_sources(const std::vector<policy::key_source>& used) {
    if (std::ranges::find(used, policy::key_source::hkp) == used.end()) return;
    complain("remark: encryption.keys in the policy names hkp, and anybody can upload a certificate for any address to such a "
             "keyserver: confidential mail would be encrypted to whoever did. Take hkp out of encryption.keys");
}

// Of all that `sealgate keys due` lists.
struct ends_ahead {
    std::size_t ending = 0, ended = 0;
    std::vector<std::string> organisation; // "vault@example.org ends 2026-12-01"
};

constexpr std::chrono::days far_enough_ahead{30};

ends_ahead ends_of(const snapshot& live) {
    ends_ahead out;
    const auto now = keys::this_second();
    for (const auto& one : keys::due_certificates(*live.certificates, live.rules.encryption, far_enough_ahead, now)) {
        const bool has_ended = one.end <= now;
        ++(has_ended ? out.ended : out.ending);
        if (one.of_organisation)
            out.organisation.push_back((one.addresses.empty() ? one.fingerprint : one.addresses.front()) +
                                       (has_ended ? " ended " : " ends ") + rfc3339(one.end).substr(0, 10));
    }
    return out;
}

// "wkd 3, autocrypt 12 (proposed: sealgate keys proposed)"
std::string found_words(const snapshot& live) {
    std::vector<std::string> out;
    for (const auto& [source, name] : names(policy::key_source{})) {
        const auto found = source == policy::key_source::own ? nullptr : live.certificates->of(source);
        if (!found || found->count() == 0) continue;
        out.push_back(std::string(name) + " " + std::to_string(found->count()) +
                      (live.rules.encryption.uses(source) ? "" : " (proposed: sealgate keys proposed)"));
    }
    return text::join(out, ", ");
}

std::string learned_words(const learn_settings& how) {
    std::vector<std::string> what;
    if (how.autocrypt == learn_action::propose) what.emplace_back("Autocrypt fields");
    if (how.attached == learn_action::propose) what.emplace_back("attached certificates");
    if (what.empty()) return "nothing (keys.learn)";
    return "what " + text::join(what, " and ") + " bring, where " +
           (how.authserv_ids.empty() ? "the mail server" : text::listed(how.authserv_ids, "or")) + " found the signature good";
}

json::object as_json(const learn_settings& how) {
    return {{"autocrypt", policy::name_of(how.autocrypt)},
            {"attached", policy::name_of(how.attached)},
            {"authserv_id", json::array(how.authserv_ids.begin(), how.authserv_ids.end())}};
}

} // namespace

std::vector<std::string> key_problems(const snapshot& live) {
    auto out = live.key_problems;
    if (auto problem = problem_with_lookups(live.gateway.discover)) out.push_back(*std::move(problem));
    if (auto problem = problem_with_pins(*live.certificates)) out.push_back(*std::move(problem));
    std::ranges::move(unusable_organisation_keys(live, keys::this_second()), std::back_inserter(out));
    return out;
}

void print_keys(const snapshot& live) {
    std::cout << "\nkeys in " << live.gateway.keys_directory() << '\n';
    const auto counts = named_states(live);
    if (counts.empty()) std::cout << "  none\n";
    for (const auto& [state, count] : counts) std::cout << "  " << state << ": " << count << '\n';
    if (!live.rules.encryption.always_to.empty())
        std::cout << "  always encrypted to, too: " << text::join(live.rules.encryption.always_to, ", ") << '\n';
    if (live.rules.encryption.to_sender) std::cout << "  always encrypted to, too: the sender, if there is a key\n";
    std::cout << "  used without a person's word: " << text::join(names_of(live.rules.encryption.keys), ", ") << '\n'
              << "  looked for: " << places_looked_into(live.gateway.discover) << '\n';
    if (const auto found = found_words(live); !found.empty()) std::cout << "  found: " << found << '\n';
    const auto ends = ends_of(live);
    std::cout << "  end within " << far_enough_ahead.count() << " days: " << ends.ending << "; ended: " << ends.ended
              << (ends.organisation.empty() ? "" : "; of encryption.always_to: " + text::join(ends.organisation, ", ")) << '\n';
    std::cout << "  learned from incoming mail: " << learned_words(live.gateway.learn) << '\n';
    const auto& watch = live.gateway.watch;
    std::cout << "  who is told when they end: "
              << (watch.mail.empty()
                      ? "nobody (keys.watch)"
                      : text::join(watchers_of(watch), ", ") + "; before that: " + text::join(steps_of(watch), ", "))
              << '\n';
    remark_on_sources(live.rules.encryption.keys);
    for (const auto& problem : key_problems(live)) std::cerr << problem << '\n';
    live.certificates->each([](const auto& stored) {
        if (stored.cert.sha1) std::cerr << "remark: " << keys::sha1_remark(stored.cert) << '\n';
    });
}

json::object keys_as_json(const snapshot& live) {
    json::object key_states;
    for (const auto& [state, count] : named_states(live)) key_states[state] = count;
    const auto ends = ends_of(live);
    const auto sources = names_of(live.rules.encryption.keys);
    const auto& discover = live.gateway.discover;
    const auto watchers = watchers_of(live.gateway.watch), steps = steps_of(live.gateway.watch);
    return {{"keys", std::move(key_states)},
            {"ending", json::object{{"days", far_enough_ahead.count()},
                                    {"count", ends.ending},
                                    {"ended", ends.ended},
                                    {"always_to", json::array(ends.organisation.begin(), ends.organisation.end())}}},
            {"key_sources", json::array(sources.begin(), sources.end())},
            {"discover", json::object{{"wkd", discover.wkd},
                                      {"vks", json::array(discover.vks.begin(), discover.vks.end())},
                                      {"hkp", json::array(discover.hkp.begin(), discover.hkp.end())},
                                      {"wait", discover.wait.count()}}},
            {"learn", as_json(live.gateway.learn)},
            {"watch", json::object{{"mail", json::array(watchers.begin(), watchers.end())},
                                   {"before", json::array(steps.begin(), steps.end())}}}};
}

} // namespace sealgate::milter
