#include "keys/store.hpp"
#include "milter/cmd.hpp"
#include "milter/configured.hpp"
#include "milter/files.hpp"
#include "milter/key_events.hpp"
#include "milter/table.hpp"
#include "policy/address.hpp"
#include "policy/base/rfc3339.hpp"
#include "policy/base/text.hpp"

#include <boost/json.hpp>

#include <chrono>
#include <iostream>
#include <map>
#include <optional>
#include <utility>

namespace sealgate::milter {

namespace {

namespace json = boost::json;

keys::time_point now() { return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()); }

std::string day(keys::time_point time) { return rfc3339(time).substr(0, 10); }

std::string change_name(keys::change what) {
    switch (what) {
    case keys::change::added: return "added";
    case keys::change::updated: return "updated";
    case keys::change::unchanged: return "unchanged";
    }
    return "?";
}

json::object as_json(const keys::certificate& cert) {
    json::array subkeys;
    for (const auto& one : cert.subkeys)
        subkeys.push_back(json::object{{"fingerprint", one.fingerprint}, {"can_encrypt", one.can_encrypt}});
    return {{"fingerprint", cert.fingerprint},
            {"state", name_of(keys::state_at(cert, now()))},
            {"addresses", json::array(cert.addresses.begin(), cert.addresses.end())},
            {"user_ids", json::array(cert.user_ids.begin(), cert.user_ids.end())},
            {"created", rfc3339(cert.created)},
            {"expires", cert.expires ? json::value(rfc3339(*cert.expires)) : json::value(nullptr)},
            {"subkeys", std::move(subkeys)}};
}

std::vector<std::string> row_of(const keys::certificate& cert) {
    return {cert.fingerprint, std::string(name_of(keys::state_at(cert, now()))), day(cert.created),
            cert.expires ? day(*cert.expires) : "never", text::join(cert.addresses, ", ")};
}

void print_certificates(const std::vector<keys::certificate>& certificates, bool as_lines_of_json) {
    if (as_lines_of_json) {
        for (const auto& cert : certificates) std::cout << json::serialize(as_json(cert)) << '\n';
        return;
    }
    std::vector<std::vector<std::string>> rows{{"FINGERPRINT", "STATE", "CREATED", "EXPIRES", "ADDRESSES"}};
    for (const auto& cert : certificates) rows.push_back(row_of(cert));
    print_table(std::cout, rows);
}

int report_problems(const std::vector<std::string>& problems) {
    for (const auto& problem : problems) complain(problem);
    return problems.empty() ? exit_yes : exit_no;
}

// Whom mail to each address is encrypted to.
std::map<std::string, std::string> encryption_targets(const keys::store& store) {
    const keys::key_index index(store.load().certificates);
    std::map<std::string, std::string> targets;
    for (const auto& stored : index.certificates())
        for (const auto& address : stored.cert.addresses)
            if (const auto found = index.find(address, now()); found.state == policy::key_state::usable)
                targets[address] = found.stored->cert.fingerprint;
    return targets;
}

// A certificate can name any address: one that takes over somebody's mail must not do so silently.
void tell_takeovers(const std::map<std::string, std::string>& before, const std::map<std::string, std::string>& after) {
    for (const auto& [address, fingerprint] : after) {
        const auto old = before.find(address);
        if (old != before.end() && old->second != fingerprint)
            complain("mail to " + address + " is encrypted to " + fingerprint + " from now on, no longer to " + old->second +
                     "; if that is not meant: sealgate keys remove " + fingerprint);
    }
}

// The store, and the events that tell of its changes.
struct key_desk {
    keys::store store;
    key_events events;
};

int import(const key_desk& desk, const invocation& called) {
    const auto& store = desk.store;
    int status = exit_yes;
    const auto before = encryption_targets(store);
    for (std::size_t i = 1; i < called.words.size(); ++i) {
        const auto& file = called.words[i];
        const auto bytes = read_file(file);
        const auto report = bytes ? store.import(*bytes) : std::unexpected(bytes.error());
        if (!report) {
            complain(file + ": " + report.error());
            status = exit_no;
            continue;
        }
        for (const auto& [cert, what] : report->certificates) {
            if (what != keys::change::unchanged)
                desk.events.leave(policy::key_change::import, cert.fingerprint, cert.addresses);
            if (called.json()) {
                auto line = as_json(cert);
                line["change"] = change_name(what);
                std::cout << json::serialize(line) << '\n';
            } else {
                std::cout << change_name(what) << "  " << cert.fingerprint << "  " << name_of(keys::state_at(cert, now()))
                          << "  " << text::join(cert.addresses, ", ") << '\n';
            }
        }
        for (const auto& problem : report->problems) {
            complain(file + ": " + problem);
            status = exit_no;
        }
    }
    tell_takeovers(before, encryption_targets(store));
    return status;
}

int list(const key_desk& desk, const invocation& called) {
    const auto contents = desk.store.load();
    std::vector<keys::certificate> certificates;
    for (const auto& stored : contents.certificates) certificates.push_back(stored.cert);
    print_certificates(certificates, called.json());
    return report_problems(contents.problems);
}

// Whether mail to the address can be encrypted, and to which certificate.
int show(const key_desk& desk, const invocation& called) {
    const auto address = policy::parse_address(called.words[1]).key();
    auto contents = desk.store.load();
    std::vector<keys::certificate> certificates;
    for (const auto& stored : contents.certificates)
        if (std::ranges::find(stored.cert.addresses, address) != stored.cert.addresses.end())
            certificates.push_back(stored.cert);
    report_problems(contents.problems);
    const keys::key_index index(std::move(contents.certificates));
    const auto found = index.find(address, now());
    if (!certificates.empty()) print_certificates(certificates, called.json());
    if (found.state == policy::key_state::usable) {
        if (!called.json()) std::cout << "mail to " << address << " is encrypted to " << found.stored->cert.fingerprint << '\n';
        return exit_yes;
    }
    complain("mail to " + text::printable(address) + " cannot be encrypted: key " + std::string(name_of(found.state)));
    return exit_no;
}

std::expected<std::string, std::string> carry_out(policy::key_change what, const keys::store& store,
                                                  const std::string& fingerprint) {
    switch (what) {
    case policy::key_change::remove: return store.remove(fingerprint);
    case policy::key_change::disable: return store.set(fingerprint, keys::availability::disabled);
    case policy::key_change::enable: return store.set(fingerprint, keys::availability::enabled);
    case policy::key_change::import: break;
    }
    std::unreachable();
}

// remove, disable, enable: one certificate, by fingerprint.
int change_one(const key_desk& desk, const invocation& called, policy::key_change what, std::string_view done_word) {
    const keys::key_index before(desk.store.load().certificates);
    const auto done = carry_out(what, desk.store, called.words[1]);
    if (!done) {
        complain(done.error());
        return exit_no;
    }
    const auto* stored = before.find_entry(*done, now()).stored;
    desk.events.leave(what, *done, stored ? stored->cert.addresses : std::vector<std::string>{});
    if (called.json()) {
        std::cout << json::serialize(json::object{{"change", done_word}, {"fingerprint", *done}}) << '\n';
    } else {
        std::cout << done_word << "  " << *done << '\n';
    }
    return exit_yes;
}

struct keys_word {
    std::string_view name;
    std::size_t least;
    std::size_t most;
    int (*run)(const key_desk&, const invocation&);
};

constexpr keys_word keys_words[] = {
    {"import", 1, SIZE_MAX, import},
    {"list", 0, 0, list},
    {"show", 1, 1, show},
    {"remove", 1, 1,
     [](const key_desk& desk, const invocation& called) {
         return change_one(desk, called, policy::key_change::remove, "removed");
     }},
    {"disable", 1, 1,
     [](const key_desk& desk, const invocation& called) {
         return change_one(desk, called, policy::key_change::disable, "disabled");
     }},
    {"enable", 1, 1,
     [](const key_desk& desk, const invocation& called) {
         return change_one(desk, called, policy::key_change::enable, "enabled");
     }},
};

} // namespace

int cmd_keys(const invocation& called) {
    const auto* word =
        called.words.empty() ? std::end(keys_words) : std::ranges::find(keys_words, called.words[0], &keys_word::name);
    const auto count = called.words.empty() ? 0 : called.words.size() - 1;
    if (word == std::end(keys_words) || count < word->least || count > word->most) {
        complain("keys is called in another way; see sealgate keys --help");
        return exit_unusable;
    }
    const auto gateway = configured(called);
    if (!gateway) return exit_unusable;
    return word->run({.store = keys::store(gateway->keys_directory(), {}), .events = key_events(*gateway)}, called);
}

} // namespace sealgate::milter
