#include "keys/base/clock.hpp"
#include "keys/store/keyring.hpp"
#include "milter/base/named_files.hpp"
#include "milter/cli/key_table.hpp"
#include "milter/commands/key_desk.hpp"
#include "milter/commands/keys_find.hpp"
#include "milter/commands/list.hpp"
#include "policy/base/text.hpp"
#include "policy/mail/address.hpp"

#include <boost/json.hpp>

#include <chrono>
#include <iostream>
#include <map>
#include <optional>
#include <utility>

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

int report_problems(const std::vector<std::string>& problems) {
    for (const auto& problem : problems) complain(problem);
    return problems.empty() ? exit_yes : exit_no;
}

// A certificate can name any address: one that takes over somebody's mail must not do so silently.
void tell_takeovers(const std::map<std::string, std::string>& before, const keys::key_lookup& after) {
    for (const auto& [address, old] : before) {
        const auto found = after.find(address, keys::this_second());
        if (found.state != policy::key_state::usable || found.stored->cert.fingerprint == old) continue;
        const auto& fingerprint = found.stored->cert.fingerprint;
        complain("mail to " + address + " is encrypted to " + fingerprint + " from now on, no longer to " + old +
                 "; if that is not meant: sealgate keys remove " + fingerprint);
    }
}

void print_imported(const keys::certificate& cert, keys::change what, bool as_json_line) {
    if (as_json_line) {
        auto line = key_as_json(cert, policy::key_source::own);
        line["change"] = change_name(what);
        std::cout << text::printable_json(json::serialize(line)) << '\n';
        return;
    }
    std::cout << change_name(what) << "  " << cert.fingerprint << "  " << name_of(keys::state_at(cert, keys::this_second()))
              << "  " << text::join(keys::addresses_at(cert, keys::this_second()), ", ") << '\n';
    if (const auto remark = remark_on(cert); !remark.empty()) complain(cert.fingerprint + ": " + remark);
}

int import(const key_desk& desk, const invocation& called) {
    int status = exit_yes;
    std::map<std::string, std::string> encrypted_to; // before all of it
    for (const auto& file : called.words) {
        const auto bytes = read_file_or_input(file);
        auto report = bytes ? desk.own().import(*bytes) : std::unexpected(bytes.error());
        if (!report) {
            complain(file + ": " + report.error());
            status = exit_no;
            continue;
        }
        std::vector<keys::certificate> changed;
        for (const auto& [cert, what] : report->certificates)
            if (what != keys::change::unchanged) changed.push_back(cert);
        desk.events.leave(policy::key_change::import, changed);
        for (const auto& [cert, what] : report->certificates) print_imported(cert, what, called.json());
        encrypted_to.merge(report->encrypted_to);
        for (const auto& problem : report->problems) {
            complain(file + ": " + problem);
            status = exit_no;
        }
    }
    tell_takeovers(encrypted_to, *desk.open(keys::reading::at_once).certificates);
    return status;
}

int list(const key_desk& desk, const invocation& called) {
    const auto keys = desk.open(keys::reading::all);
    std::vector<keys::stored_certificate> certificates;
    keys.certificates->each([&](const auto& stored) { certificates.push_back(stored); });
    print_certificates(certificates, called.json());
    return report_problems(keys.problems);
}

// Whether mail to the address can be encrypted, and to which certificate; or to the one of that fingerprint.
int show(const key_desk& desk, const invocation& called) {
    const auto fingerprint = keys::canonical_fingerprint(called.words[0]);
    const auto address = fingerprint.empty() ? policy::parse_address(called.words[0]).key() : std::string{};
    const auto keys = desk.open(keys::reading::at_once);
    report_problems(keys.problems);
    const auto found = fingerprint.empty() ? keys.certificates->find(address, keys::this_second())
                                           : keys.certificates->find_entry(fingerprint, keys::this_second());
    std::vector<keys::stored_certificate> certificates;
    if (fingerprint.empty())
        for (const auto& stored : keys.certificates->all_of(address, keys::this_second())) certificates.push_back(*stored);
    else if (found.stored)
        certificates.push_back(*found.stored);
    const auto mail = "mail" + (fingerprint.empty() ? " to " + text::printable(address) : std::string{});
    if (!certificates.empty()) print_certificates(certificates, called.json());
    for (const auto& one : certificates)
        if (one.cert.sha1 && !called.json()) std::cout << sha1_remark(one.cert) << '\n';
    if (found.state == policy::key_state::usable) {
        if (!called.json())
            std::cout << mail << (fingerprint.empty() ? " is" : " can be") << " encrypted to " << found.stored->cert.fingerprint
                      << '\n';
        return exit_yes;
    }
    const auto remark = found.stored ? remark_on(found.stored->cert) : std::string{};
    complain(mail + " cannot be encrypted" + (fingerprint.empty() ? "" : " to " + fingerprint) + ": key " +
             std::string(name_of(found.state)) + (remark.empty() ? "" : ": " + remark) +
             (found.in_doubt ? "; but not all certificates can be read, so it waits" : ""));
    return exit_no;
}

std::expected<std::string, std::string> carry_out(policy::key_change what, const keys::store& store,
                                                  const std::string& fingerprint) {
    switch (what) {
    case policy::key_change::remove: return store.remove(fingerprint);
    case policy::key_change::disable: return store.set(fingerprint, keys::availability::disabled);
    case policy::key_change::enable: return store.set(fingerprint, keys::availability::enabled);
    case policy::key_change::import:
    case policy::key_change::found: break;
    }
    std::unreachable();
}

// What was found is meant only where its whole fingerprint is given, and the organisation has no such certificate.
keys::store store_with(const key_desk& desk, const keys::keyring& all, std::string_view spelled) {
    const auto found = all.find_entry(spelled, keys::this_second()).stored;
    const bool is_found = !keys::canonical_fingerprint(spelled).empty() && found;
    return is_found ? desk.of(found->source) : desk.own();
}

// remove, disable, enable: one certificate, by fingerprint.
int change_one(const key_desk& desk, const invocation& called, policy::key_change what, std::string_view done_word) {
    const auto before = desk.open(keys::reading::at_once).certificates;
    const auto done = carry_out(what, store_with(desk, *before, called.words[0]), called.words[0]);
    if (!done) {
        complain(done.error());
        return exit_no;
    }
    const auto stored = before->find_entry(*done, keys::this_second()).stored;
    auto changed = stored ? stored->cert : keys::certificate{};
    changed.fingerprint = *done; // also where nobody knows whose it was
    desk.events.leave(what, {changed});
    if (called.json()) {
        std::cout << json::serialize(json::object{{"change", done_word}, {"fingerprint", *done}}) << '\n';
    } else {
        std::cout << done_word << "  " << *done << '\n';
    }
    return exit_yes;
}

int remove(const key_desk& desk, const invocation& called) {
    return change_one(desk, called, policy::key_change::remove, "removed");
}

int disable(const key_desk& desk, const invocation& called) {
    return change_one(desk, called, policy::key_change::disable, "disabled");
}

int enable(const key_desk& desk, const invocation& called) {
    return change_one(desk, called, policy::key_change::enable, "enabled");
}

template <int (*run)(const key_desk&, const invocation&)>
int at_desk(const invocation& called) {
    const auto desk = key_desk_of(called);
    return desk ? run(*desk, called) : exit_unusable;
}

constexpr argument_count one_argument{.least = 1, .most = 1};

} // namespace

const std::array<command_entry, 7> keys_commands{{
    {.name = "import",
     .synopsis = "[--json] FILE...",
     .summary = "add certificates",
     .details =
         "FILE is armored or binary, with any number of certificates and revocations; - is the standard input. Each is taken\n"
         "by itself, and merged with what is there already; secret keys are refused. In force within a second.\n",
     .options = {json_option},
     .arguments = {.least = 1, .most = SIZE_MAX},
     .run = at_desk<import>},
    {.name = "list",
     .synopsis = "[--json]",
     .summary = "list the certificates, each with its state",
     .options = {json_option},
     .run = at_desk<list>},
    {.name = "show",
     .synopsis = "[--json] ADDRESS | FINGERPRINT",
     .summary = "show the certificates of an address, or one",
     .details = "Exit status 1 if mail to the address, or to that certificate, cannot be encrypted.\n",
     .options = {json_option},
     .arguments = one_argument,
     .run = at_desk<show>},
    {.name = "find",
     .synopsis = "[--json] ADDRESS...",
     .summary = "look for certificates where they are published",
     .details = "Asks the Web Key Directory of each address's domain, whatever was answered before. What is found is kept, and "
                "in force\n"
                "within a second. Exit status 1 if there is one of which nothing can be used.\n",
     .options = {json_option},
     .arguments = {.least = 1, .most = SIZE_MAX},
     .run = at_desk<find_published>},
    {.name = "remove",
     .synopsis = "[--json] FINGERPRINT",
     .summary = "remove a certificate",
     .options = {json_option},
     .arguments = one_argument,
     .run = at_desk<remove>},
    {.name = "disable",
     .synopsis = "[--json] FINGERPRINT",
     .summary = "keep a certificate, but do not use it",
     .options = {json_option},
     .arguments = one_argument,
     .run = at_desk<disable>},
    {.name = "enable",
     .synopsis = "[--json] FINGERPRINT",
     .summary = "use a certificate again that was disabled",
     .options = {json_option},
     .arguments = one_argument,
     .run = at_desk<enable>},
}};

} // namespace sealgate::milter
