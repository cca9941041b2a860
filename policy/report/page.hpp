// The report about the audit log, for an auditor and a manager: numbers (policy/report/tally.hpp), proof, and the keys that end
// soon, as one self-contained HTML page without scripts and without anything to fetch, or as JSON.
//
// Pure: equal inputs give equal bytes. All of it is about records: never a subject, a body or a file's name.
#pragma once

#include "policy/audit/policy_change.hpp"
#include "policy/notices/key_watch.hpp"
#include "policy/report/proof_view.hpp"
#include "policy/report/simulation.hpp"
#include "policy/report/tally.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::policy {

// Of the key store as it is now, whatever the period. Those of encryption.always_to first, then by their end.
struct ending_keys {
    std::chrono::days ahead{30}; // those that end within that time, or ended within it
    std::vector<ending_certificate> certificates = {};
    std::string problem = {}; // why nobody knows; empty: they are all
};

struct report_input {
    const numbers& counted;
    const proof_status& proof; // of several gateways, their worst
    const ending_keys& ending;
    std::optional<wall_time> since, until; // as asked
    wall_time now;
    std::string log;                           // where it was read
    std::string version;                       // of the program
    std::string host = {};                     // on which machine it was made; empty: it is not known
    std::string organisation = {};             // of the policy; empty: it is not known
    policy_texts policy_text = {};             // none: what policies said is not known
    std::vector<gateway_proof> gateways = {};  // whose logs a database has; empty: it is one gateway's log
    const simulated* another_policy = nullptr; // what another policy would have done; null where none was asked
};

// What a change of the policy changed, as lines; empty for any other change. Of many the first `most`.
std::vector<std::string> policy_lines(const report_input& of, const change& one, std::size_t most);

std::string report_page(const report_input& of);
// One object, one line, without a line end. `counted` and what is shown of it are alike in both.
std::string report_json(const report_input& of);

// From what was asked, or the first record, to what was asked, or now.
struct period {
    wall_time from, to;
};
period period_of(const report_input& of);

} // namespace sealgate::policy
