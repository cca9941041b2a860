// Records of the audit log as they are printed: rows of a table for people, JSON lines, or CSV (RFC 4180) for spreadsheets.
// Tested by audit_commands/show_test.
#pragma once

#include "milter/audit/search.hpp"
#include "milter/cli/arguments.hpp"
#include "policy/audit/policy_change.hpp"

#include <string>
#include <vector>

namespace sealgate::milter {

// Prints records as they come; but a table's columns wait until all rows of the beginning are there.
class record_printer {
public:
    // --json, --csv. `known`: whose hashes are undone. `kept`: policies, so that a change of them is told in words.
    // `of_several`: with the gateway that each is of, which --json has in any case.
    record_printer(const invocation& called, known_people known, policy::policy_texts kept, bool of_several = false);

    void print(found_record found);
    // All that was printed so far is on standard output now.
    void flush();
    // Where a list of addresses put nothing back, which may be a slip: another list, or another way of writing.
    void tell_whether_the_list_helped() const;

private:
    void reveal(found_record& found);
    std::vector<std::string> row_of(const found_record& found) const;

    bool json_, csv_, of_several_;
    known_people known_;
    policy::policy_texts kept_;
    policy::hash_set met_;
    bool begun_ = false;
    std::vector<std::vector<std::string>> rows_;
};

} // namespace sealgate::milter
