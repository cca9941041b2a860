#include "policy/decision/release.hpp"

#include "policy/base/text.hpp"

#include <algorithm>

namespace sealgate::policy {

bool are_near_misses_answered(const policy& rules, const facts& known) {
    return known.release && rules.near_miss >= near_miss_action::hold;
}

std::vector<rank> answered_near_misses(const policy& rules, const facts& known) {
    if (!are_near_misses_answered(rules, known)) return {};
    if (known.findings.near_misses.empty() || known.by == author::stranger) return {};
    if (known.release->as) return {*known.release->as};
    std::vector<rank> out;
    for (const auto& miss : known.findings.near_misses) out.push_back(miss.meant.value_or(rules.classifications.size() - 1));
    return out;
}

std::optional<rank> rank_named(const policy& rules, std::string_view name) {
    for (rank r = 0; r < rules.classifications.size(); ++r)
        if (text::iequals(rules.classifications[r].name, name)) return r;
    return std::nullopt;
}

action released_cell(const policy& rules, const rule_row& row, const address& who, tier_id tier) {
    auto out = action::deliver;
    if (tier == rules.tiers.organisation() && !who.may_be_rerouted()) return out;
    for (const auto cell : row.cells)
        if (cell == action::encrypt || cell == action::require) out = std::max(out, cell);
    return out;
}

} // namespace sealgate::policy
