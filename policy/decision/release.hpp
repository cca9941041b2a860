// What it means for a decision that an administrator releases a mail that was held: what remains of what held it. Nothing
// leaves in clear because somebody let it go. Pure.
#pragma once

#include "policy/decision/facts.hpp"
#include "policy/rules/policy.hpp"

#include <optional>
#include <string_view>
#include <vector>

namespace sealgate::policy {

// What its near misses count as: what the release says, else the tags that were meant. Where nobody can tell what was meant,
// the most sensitive classification. None where there are no near misses, where they hold nobody's mail, and of a stranger, who
// means none of our tags.
std::vector<rank> answered_near_misses(const policy& rules, const facts& known);
// Whether that is what they count for, and they hold the mail no more.
bool are_near_misses_answered(const policy& rules, const facts& known);

// A classification by its name, whatever its case.
std::optional<rank> rank_named(const policy& rules, std::string_view name);

// What is left of a cell that says hold: outside the organisation the strictest protection that the row asks of anybody, else
// deliver.
action released_cell(const policy& rules, const rule_row& row, const address& who, tier_id tier);

} // namespace sealgate::policy
