#include "milter/key_commands/trust.hpp"

#include "keys/base/clock.hpp"
#include "keys/certificates/one_address.hpp"
#include "keys/store/bindings.hpp"
#include "keys/store/evidence.hpp"
#include "milter/cli/json_line.hpp"
#include "milter/cli/table.hpp"
#include "milter/key_commands/takeover.hpp"
#include "milter/settings/snapshot.hpp"
#include "policy/base/text.hpp"
#include "policy/mail/address.hpp"

#include <boost/json.hpp>

#include <functional>
#include <iostream>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sealgate::milter {

namespace {

namespace json = boost::json;

using policy::key_source;

// By its whole fingerprint: a part of one would be no word about which.
keys::shared_certificate certificate_named(const keys::keyring& certificates, std::string_view spelled) {
    const auto fingerprint = keys::canonical_fingerprint(spelled);
    if (fingerprint.empty()) {
        complain(text::printable(spelled, 100) + ": not a whole fingerprint");
        return nullptr;
    }
    auto found = certificates.find_entry(fingerprint, keys::this_second());
    if (!found.stored)
        complain(fingerprint + ": there is no such certificate" +
                 (found.in_doubt ? " that could be read" : "; sealgate keys import or keys find brings one"));
    return std::move(found.stored);
}

// What an administrator vouches for.
struct approval {
    std::string_view spelled;           // the fingerprint
    std::vector<std::string> addresses; // as policy::address::key() gives them; none: all of it
};

// Each fingerprint, and the addresses behind it.
std::vector<approval> approvals_in(const std::vector<std::string>& words) {
    std::vector<approval> out;
    for (const auto& word : words)
        if (out.empty() || !word.contains('@'))
            out.push_back({.spelled = word, .addresses = {}});
        else
            out.back().addresses.push_back(policy::parse_address(word).key());
    return out;
}

// As all sources have it, less what is not meant. The certificate as the store has it then; nothing where it was not taken.
std::optional<keys::certificate> make_own(const key_desk& desk, const keys::keyring& certificates,
                                          const std::string& fingerprint, const std::vector<std::string>& addresses,
                                          const std::function<void(const keys::certificate&)>& announce) {
    std::string content;
    for (const auto& one : certificates.of_fingerprint(fingerprint).all) {
        if (addresses.empty()) content += *one->binary;
        for (const auto& address : addresses) content += keys::with_one_address(*one->binary, address);
    }
    if (content.empty()) {
        complain(fingerprint + ": it has no user id of " + text::printable(text::join(addresses, ", "), 200));
        return std::nullopt;
    }
    auto report = desk.own().import(content, [&](const keys::import_report& of) {
        if (!of.certificates.empty()) announce(of.certificates.front().cert);
    });
    if (report && !report->certificates.empty()) return std::move(report->certificates.front().cert);
    complain(fingerprint + ": " + (report ? text::join(report->problems, "; ") : report.error()));
    return std::nullopt;
}

bool approve(const key_desk& desk, const approval& what, bool as_json_line) {
    const auto certificates = desk.open(keys::reading::at_once).certificates;
    const auto found = certificate_named(*certificates, what.spelled);
    if (!found) return false;
    const auto& fingerprint = found->cert.fingerprint;
    if (found->source == key_source::own && certificates->of_fingerprint(fingerprint).all.size() == 1) {
        complain(fingerprint + ": it is the organisation's own already");
        return true;
    }
    const auto meant = what.addresses.empty() ? found->cert.addresses : what.addresses;
    const auto before = sealed_to_now(*certificates, meant);
    const auto place = keys::evidence_book(keys::evidence_file(key_places(desk.gateway))).place_of(found->source, fingerprint);
    const auto own = make_own(desk, *certificates, fingerprint, what.addresses, [&](const keys::certificate& cert) {
        desk.events.leave_approved(cert, found->source, place, before.empty() ? std::string{} : before.begin()->second);
    });
    if (!own) return false;
    if (as_json_line)
        print_json_line(json::object{{"change", "approved"},
                                     {"fingerprint", fingerprint},
                                     {"source", name_of(found->source)},
                                     {"addresses", json::array(own->addresses.begin(), own->addresses.end())}});
    else
        std::cout << "approved  " << fingerprint << "  " << text::join(own->addresses, ", ") << '\n';
    tell_takeovers(before, *desk.open(keys::reading::at_once).certificates);
    return true;
}

int print_bindings(const key_desk& desk, bool as_json_lines) {
    const auto certificates = desk.open(keys::reading::at_once).certificates;
    const auto& bound = certificates->bound();
    if (!bound) {
        complain(keys::read_bindings(desk.own().directory()).error());
        return exit_unusable;
    }
    std::vector<std::vector<std::string>> rows{{"BOUND", "FINGERPRINT", "STATE"}};
    for (const auto& [whose, fingerprint] : bound->all()) {
        const auto state = std::string(name_of(certificates->find_entry(fingerprint, keys::this_second()).state));
        if (as_json_lines)
            print_json_line(json::object{{"bound", whose}, {"fingerprint", fingerprint}, {"state", state}});
        else
            rows.push_back({whose, fingerprint, state});
    }
    if (!as_json_lines && rows.size() > 1) print_table(std::cout, rows);
    return exit_yes;
}

std::string bindable(std::string_view spelled) {
    auto out = keys::binding_key(spelled);
    if (out.empty()) complain(text::printable(spelled, 100) + ": neither an address nor @DOMAIN");
    return out;
}

// What a binding vouches for beside itself: the certificate's word for these addresses. None where it has no such: then all of
// its addresses, since a certificate without one is none.
std::vector<std::string> addresses_for(const std::string& whose, const keys::certificate& cert) {
    std::vector<std::string> out;
    for (const auto& address : cert.addresses)
        if (address == whose || (whose.starts_with('@') && address.ends_with(whose))) out.push_back(address);
    return out;
}

void print_change(std::string_view change, const std::string& whose, const std::string& fingerprint, bool as_json_line) {
    if (as_json_line)
        print_json_line(json::object{{"change", change}, {"bound", whose}, {"fingerprint", fingerprint}});
    else
        std::cout << change << "  " << whose << "  " << fingerprint << '\n';
}

int change(const key_desk& desk, policy::key_change what, const std::string& whose, const std::string& fingerprint,
           const std::function<void(keys::bindings::map&)>& how, bool as_json_line) {
    const keys::wish_notes wishes(key_places(desk.gateway).wishes);
    const auto done = keys::change_bindings(desk.own().directory(), how, [&] {
        desk.events.leave_bound(what, whose, fingerprint);
        if (what == policy::key_change::unbind)
            wishes.leave(keys::wish_to_unbind, whose);
        else
            wishes.forget(keys::wish_to_unbind, whose);
    });
    if (!done) {
        complain(done.error());
        return exit_unusable;
    }
    print_change(what == policy::key_change::bind ? "bound" : "unbound", whose, fingerprint, as_json_line);
    return exit_yes;
}

} // namespace

int approve_certificates(const key_desk& desk, const invocation& called) {
    int status = exit_yes;
    for (const auto& one : approvals_in(called.words))
        if (!approve(desk, one, called.json())) status = exit_no;
    return status;
}

int bind_certificate(const key_desk& desk, const invocation& called) {
    if (called.words.empty()) return print_bindings(desk, called.json());
    if (called.words.size() != 2) {
        complain("keys bind: ADDRESS or @DOMAIN, and a FINGERPRINT");
        return exit_unusable;
    }
    const auto whose = bindable(called.words[0]);
    if (whose.empty()) return exit_unusable;
    const auto certificates = desk.open(keys::reading::at_once).certificates;
    const auto found = certificate_named(*certificates, called.words[1]);
    if (!found) return exit_no;
    const approval what{.spelled = called.words[1], .addresses = addresses_for(whose, found->cert)};
    if (found->source != key_source::own && !approve(desk, what, called.json())) return exit_no;
    const auto state = state_at(found->cert, keys::this_second());
    if (state != policy::key_state::usable)
        complain("it is " + std::string(name_of(state)) + ": mail to " + whose + " that has to be encrypted is refused");
    const auto set = [&](keys::bindings::map& all) { all.insert_or_assign(whose, found->cert.fingerprint); };
    return change(desk, policy::key_change::bind, whose, found->cert.fingerprint, set, called.json());
}

int unbind(const key_desk& desk, const invocation& called) {
    const auto whose = bindable(called.words[0]);
    if (whose.empty()) return exit_unusable;
    const auto bound = keys::read_bindings(desk.own().directory());
    if (!bound) {
        complain(bound.error());
        return exit_unusable;
    }
    const auto at = bound->all().find(whose);
    if (at == bound->all().end()) {
        complain(whose + ": nothing is bound to it");
        return exit_no;
    }
    const auto fingerprint = at->second;
    const auto take = [&](keys::bindings::map& all) { all.erase(whose); };
    return change(desk, policy::key_change::unbind, whose, fingerprint, take, called.json());
}

} // namespace sealgate::milter
