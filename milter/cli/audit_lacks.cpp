#include "milter/cli/audit_lacks.hpp"

#include "milter/cli/arguments.hpp"

#include <algorithm>
#include <string>

namespace sealgate::milter {

namespace {

std::string decisions(std::uint64_t n) { return n == 1 ? "1 decision" : std::to_string(n) + " decisions"; }

} // namespace

void tell_damaged(std::uint64_t lines) {
    if (lines == 1) complain("1 record is damaged and answers nothing; sealgate audit verify names it");
    if (lines > 1)
        complain(std::to_string(lines) + " records are damaged and answer nothing; sealgate audit verify names the first");
}

void tell_another_key(std::uint64_t number, const config& gateway, std::string_view how) {
    if (number == 0) return;
    if (gateway.audit.addresses == policy::address_form::clear)
        complain("the addresses of " + decisions(number) +
                 " are hashed, and the configuration names no key for them (audit.addresses, audit.address_key)");
    else
        complain("the addresses of " + decisions(number) + " are hashed under another key than " + gateway.audit.address_key +
                 std::string(how));
}

void tell_hidden_domains(std::uint64_t number) {
    if (number > 0)
        complain("the recipients' domains of " + decisions(number) +
                 " are not in the log: their addresses are hashed as a whole (audit.addresses: keyed)");
}

void tell_ways_of_naming(std::size_t ways) {
    if (ways > 1)
        complain("addresses were hashed under " + std::to_string(ways) +
                 " keys or forms (audit.addresses); one person may be counted more than once");
}

bool names_people(const policy::query& asked) {
    const auto some_in_clear = [](const std::vector<std::string>& names) {
        return std::ranges::any_of(names, [](const auto& name) { return !policy::is_pseudonym(name); });
    };
    return some_in_clear(asked.senders) || some_in_clear(asked.recipients) || some_in_clear(asked.users) ||
           some_in_clear(asked.message_ids);
}

int conclude(const audit_search& log, const policy::query& asked, const config& gateway, bool found, bool about_people) {
    tell_damaged(log.damaged());
    auto [another, unknown, without_domain] = log.hashed();
    if (!about_people) another = unknown = 0;
    tell_another_key(another, gateway, ": put back the one that they were written with (audit.address_key)");
    if (unknown > 0 && !found)
        complain("the log does not say under which key the addresses of " + decisions(unknown) + " are hashed; is " +
                 gateway.audit.address_key + " the one?");
    tell_hidden_domains(without_domain);
    if (found || asked.asks_nothing()) return exit_yes;
    return another > 0 || without_domain > 0 ? exit_unusable : exit_no;
}

} // namespace sealgate::milter
