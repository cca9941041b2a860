#include "milter/key_commands/show.hpp"

#include "keys/base/clock.hpp"
#include "milter/cli/key_table.hpp"
#include "policy/base/text.hpp"
#include "policy/mail/address.hpp"

#include <iostream>

namespace sealgate::milter {

namespace {

int report_problems(const std::vector<std::string>& problems) {
    for (const auto& problem : problems) complain(problem);
    return problems.empty() ? exit_yes : exit_no;
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

} // namespace sealgate::milter
