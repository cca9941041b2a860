#include "milter/key_commands/change.hpp"

#include "keys/base/clock.hpp"
#include "keys/store/bindings.hpp"
#include "milter/base/named_files.hpp"
#include "milter/cli/json_line.hpp"
#include "milter/cli/key_table.hpp"
#include "milter/key_commands/takeover.hpp"
#include "policy/base/text.hpp"

#include <boost/json.hpp>

#include <expected>
#include <functional>
#include <iostream>
#include <map>
#include <utility>
#include <vector>

namespace sealgate::milter {

namespace {

namespace json = boost::json;

std::string change_name(keys::change what) {
    switch (what) {
    case keys::change::added: return "added";
    case keys::change::updated: return "updated";
    case keys::change::unchanged: return "unchanged";
    }
    return "?";
}

void print_imported(const keys::certificate& cert, keys::change what, bool as_json_line) {
    if (as_json_line) {
        auto line = key_as_json(cert, policy::key_source::own);
        line["change"] = change_name(what);
        print_json_line(line);
        return;
    }
    std::cout << change_name(what) << "  " << cert.fingerprint << "  " << name_of(keys::state_at(cert, keys::this_second()))
              << "  " << text::join(keys::addresses_at(cert, keys::this_second()), ", ") << '\n';
    if (const auto remark = remark_on(cert); !remark.empty()) complain(cert.fingerprint + ": " + remark);
}

// The whole fingerprint of the one that was changed, or why it could not be.
using done = std::expected<std::string, std::string>;

// What was found is meant only where its whole fingerprint is given, and the organisation has no such certificate; then
// wherever it was found.
std::vector<keys::store> stores_with(const key_desk& desk, const keys::keyring& all, std::string_view spelled) {
    const auto fingerprint = keys::canonical_fingerprint(spelled);
    std::vector<keys::store> out;
    if (!fingerprint.empty() && all.own().of_fingerprint(fingerprint).all.empty())
        for (const auto& [source, name] : names(policy::key_source{}))
            if (const auto found = all.of(source); found && !found->of_fingerprint(fingerprint).all.empty())
                out.push_back(desk.of(source));
    if (out.empty()) out.push_back(desk.own());
    return out;
}

// What is bound to somebody would leave them without a key.
bool is_bound(const keys::keyring& all, std::string_view spelled) {
    const auto found = all.find_entry(spelled, keys::this_second()).stored;
    if (!found || !all.bound()) return false;
    for (const auto& [whose, fingerprint] : all.bound()->all()) {
        if (fingerprint != found->cert.fingerprint) continue;
        complain(fingerprint + " is bound to " + whose + "; first: sealgate keys unbind " + whose);
        return true;
    }
    return false;
}

// remove, disable, enable: one certificate, by fingerprint.
int change_one(const key_desk& desk, const invocation& called, policy::key_change what, std::string_view done_word,
               const std::function<done(const keys::store&, std::string_view, const keys::change_announcement&)>& act) {
    const auto before = desk.open(keys::reading::at_once).certificates;
    if (what == policy::key_change::remove && is_bound(*before, called.words[0])) return exit_no;
    bool is_told = false; // once, wherever it stands
    const auto tell = [&](const std::string& which) {
        if (std::exchange(is_told, true)) return;
        const auto stored = before->find_entry(which, keys::this_second()).stored;
        auto changed = stored ? stored->cert : keys::certificate{};
        changed.fingerprint = which; // also where nobody knows whose it was
        desk.events.leave(what, {changed});
    };
    done fingerprint;
    for (const auto& store : stores_with(desk, *before, called.words[0]))
        if (fingerprint = act(store, called.words[0], tell); !fingerprint) break;
    if (!fingerprint) {
        complain(fingerprint.error());
        return exit_no;
    }
    if (called.json()) {
        print_json_line(json::object{{"change", done_word}, {"fingerprint", *fingerprint}});
    } else {
        std::cout << done_word << "  " << *fingerprint << '\n';
    }
    return exit_yes;
}

} // namespace

int import_certificates(const key_desk& desk, const invocation& called) {
    int status = exit_yes;
    std::map<std::string, std::string> encrypted_to; // before all of it
    std::vector<std::string> addresses;
    for (const auto& file : called.words) {
        const auto bytes = read_file_or_input(file);
        const auto tell = [&](const keys::import_report& of) {
            std::vector<keys::certificate> changed;
            for (const auto& one : of.certificates)
                if (is_news(one)) changed.push_back(one.cert);
            desk.events.leave(policy::key_change::import, changed);
        };
        auto report = bytes ? desk.own().import(*bytes, tell) : std::unexpected(bytes.error());
        if (!report) {
            complain(file + ": " + report.error());
            status = exit_no;
            continue;
        }
        for (const auto& [cert, what] : report->certificates) {
            addresses.insert(addresses.end(), cert.addresses.begin(), cert.addresses.end());
            print_imported(cert, what, called.json());
        }
        encrypted_to.merge(report->encrypted_to);
        for (const auto& problem : report->problems) {
            complain(file + ": " + problem);
            status = exit_no;
        }
    }
    const auto certificates = desk.open(keys::reading::at_once).certificates;
    for (const auto& [address, pinned] : pinned_before(*certificates, addresses)) encrypted_to.emplace(address, pinned);
    tell_takeovers(encrypted_to, *certificates);
    return status;
}

int remove_certificate(const key_desk& desk, const invocation& called) {
    return change_one(desk, called, policy::key_change::remove, "removed",
                      [](const auto& store, auto which, const auto& tell) { return store.remove(which, tell); });
}

int disable_certificate(const key_desk& desk, const invocation& called) {
    return change_one(
        desk, called, policy::key_change::disable, "disabled",
        [](const auto& store, auto which, const auto& tell) { return store.set(which, keys::availability::disabled, tell); });
}

int enable_certificate(const key_desk& desk, const invocation& called) {
    return change_one(desk, called, policy::key_change::enable, "enabled", [](const auto& store, auto which, const auto& tell) {
        return store.set(which, keys::availability::enabled, tell);
    });
}

} // namespace sealgate::milter
