// What a recipient's cells of the policy come to, held against what the message brings (contract.md section 4, point 3). Pure.
// Tested by decision/decide_test and every_case_test.
#pragma once

#include "policy/decision/facts.hpp"
#include "policy/rules/policy.hpp"
#include "policy/rules/reason.hpp"

#include <optional>
#include <vector>

namespace sealgate::policy {

struct recipient_decision {
    address who;
    tier_id tier = 0;
    action cell = action::reject;
    key_facts key;                // of those that the row may use
    std::optional<rank> row = {}; // the classification whose cell decided; none: untagged, and that is refused
    outcome result = outcome::reject;
    reason why = reason::internal_error;
};

// The rows of all these classifications apply, and the strictest result holds: a further tag must not make it milder, whatever
// the rows say. Without any, refused as untagged.
recipient_decision decide_recipient(const policy& rules, const facts& known, const std::vector<rank>& ranks,
                                    const recipient_facts& recipient);

// The row's cell for a recipient of that tier. An address that a mail server may route elsewhere than it says gets the
// strictest of the row.
action cell_for(const rule_row& row, const address& who, tier_id tier);

} // namespace sealgate::policy
