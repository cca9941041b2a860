// What the audit log could not answer, told beside its answers: damaged records, addresses under another key, hidden domains.
// Tested by audit_commands/show_test.
#pragma once

#include "milter/audit/search.hpp"
#include "milter/settings/config.hpp"
#include "policy/audit/query.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace sealgate::milter {

void tell_damaged(std::uint64_t lines);
// `how`: what is wrong with the key, and what would do.
void tell_another_key(std::uint64_t decisions, const config& gateway, std::string_view how);
void tell_hidden_domains(std::uint64_t decisions);
// Of people who were counted (policy::ways_of_naming); nothing where there is one way.
void tell_ways_of_naming(std::size_t ways);

// Whether people are asked for by address, so that hashes matter.
bool names_people(const policy::query& asked);

// The exit status of a question that was asked to the end. One about people that some of the log can't answer is told from one
// that nothing answers.
int conclude(const audit_search& log, const policy::query& asked, const config& gateway, bool found, bool about_people);

} // namespace sealgate::milter
