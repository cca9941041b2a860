#include "milter/key_commands/show.hpp"

#include "keys/base/clock.hpp"
#include "keys/store/evidence.hpp"
#include "milter/cli/json_line.hpp"
#include "milter/cli/key_table.hpp"
#include "milter/settings/snapshot.hpp"
#include "policy/base/text.hpp"
#include "policy/mail/address.hpp"

#include <boost/json.hpp>

#include <iostream>
#include <vector>

namespace sealgate::milter {

namespace {

namespace json = boost::json;

int report_problems(const std::vector<std::string>& problems) {
    for (const auto& problem : problems) complain(problem);
    return problems.empty() ? exit_yes : exit_no;
}

// Why mail to somebody is sealed to it. Of a certificate by itself only what was found has one.
std::string standing_of(const keys::judged_certificate& one, bool by_itself) {
    return by_itself && one.stored->source != policy::key_source::own ? std::string{} : std::string(name_of(one.standing));
}

void print_as_json(const std::vector<keys::judged_certificate>& shown, const keys::evidence_book& book, bool by_itself) {
    for (const auto& one : shown) {
        auto line = key_as_json(one.stored->cert, one.stored->source);
        const auto standing = standing_of(one, by_itself);
        line["standing"] = standing.empty() ? json::value(nullptr) : json::value(standing);
        line["evidence"] = evidence_as_json(book.of(one.stored->cert.fingerprint));
        print_json_line(line);
    }
}

void print(const std::vector<keys::judged_certificate>& shown, const keys::evidence_book& book, bool by_itself) {
    std::vector<keys::stored_certificate> certificates;
    for (const auto& one : shown) certificates.push_back(*one.stored);
    if (!certificates.empty()) print_certificates(certificates, false);
    for (const auto& one : shown) {
        const auto& fingerprint = one.stored->cert.fingerprint;
        if (one.stored->cert.sha1) std::cout << sha1_remark(one.stored->cert) << '\n';
        if (const auto standing = standing_of(one, by_itself); !standing.empty() && standing != name_of(one.stored->source))
            std::cout << fingerprint << ": " << standing << '\n';
        for (const auto& seen : book.of(fingerprint)) std::cout << fingerprint << ": " << in_words(seen) << '\n';
    }
}

std::string verdict_on(const std::string& mail, const keys::found_key& found, bool is_of_address) {
    return mail + (is_of_address ? " is" : " can be") + " encrypted to " + found.stored->cert.fingerprint;
}

} // namespace

int list_certificates(const key_desk& desk, const invocation& called) {
    const auto keys = desk.open(keys::reading::all);
    std::vector<keys::stored_certificate> certificates;
    keys.certificates->each([&](const auto& stored) { certificates.push_back(stored); });
    print_certificates(certificates, called.json());
    return report_problems(keys.problems);
}

// Whether mail to the address can be encrypted, and to which certificate; or to the one of that fingerprint.
int show_certificates(const key_desk& desk, const invocation& called) {
    const auto fingerprint = keys::canonical_fingerprint(called.words[0]);
    const auto address = fingerprint.empty() ? policy::parse_address(called.words[0]).key() : std::string{};
    const auto keys = desk.open(keys::reading::at_once);
    report_problems(keys.problems);
    const auto found = fingerprint.empty() ? keys.certificates->find(address, keys::this_second())
                                           : keys.certificates->find_entry(fingerprint, keys::this_second());
    std::vector<keys::judged_certificate> shown;
    if (fingerprint.empty())
        shown = keys.certificates->judged(address, keys::this_second());
    else if (found.stored)
        shown.push_back({.stored = found.stored, .state = found.state, .standing = found.standing});
    const keys::evidence_book book(keys::evidence_file(key_places(desk.gateway)));
    called.json() ? print_as_json(shown, book, !fingerprint.empty()) : print(shown, book, !fingerprint.empty());
    const auto mail = "mail" + (fingerprint.empty() ? " to " + text::printable(address) : std::string{});
    if (found.state == policy::key_state::usable) {
        if (!called.json()) std::cout << verdict_on(mail, found, fingerprint.empty()) << '\n';
        return exit_yes;
    }
    const auto remark = found.stored ? remark_on(found.stored->cert) : std::string{};
    complain(mail + " cannot be encrypted" + (fingerprint.empty() ? "" : " to " + fingerprint) + ": key " +
             std::string(name_of(found.state)) + (remark.empty() ? "" : ": " + remark) +
             (found.in_doubt ? "; but not all certificates can be read, so it waits" : ""));
    return exit_no;
}

} // namespace sealgate::milter
