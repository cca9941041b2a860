#include "policy/rules/tiers.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace sealgate::policy {

namespace {

constexpr std::size_t most_examples = 8;

} // namespace

tier_table::tier_table()
    : names_{"organisation", "unknown"} {}

tier_id tier_table::add_tier(std::string name) {
    assert(!find(name));
    names_.insert(names_.end() - 1, std::move(name));
    return names_.size() - 2;
}

std::optional<tier_id> tier_table::add_domain(tier_id tier, std::string_view pattern) {
    const bool below = pattern.starts_with('.');
    auto& domains = below ? suffix_ : exact_;
    const auto [at, added] = domains.try_emplace(canonical_domain(pattern.substr(below ? 1 : 0)), tier);
    if (added && !below && first_domains(tier, most_examples).size() < most_examples) examples_.emplace_back(tier, at->first);
    return added ? std::nullopt : std::optional(at->second);
}

bool tier_table::is_domain_pattern(std::string_view pattern) {
    if (pattern.starts_with('.')) pattern.remove_prefix(1);
    return !canonical_domain(pattern).empty();
}

std::optional<tier_id> tier_table::find(std::string_view name) const {
    const auto at = std::ranges::find(names_, name);
    if (at == names_.end()) return std::nullopt;
    return static_cast<tier_id>(at - names_.begin());
}

tier_id tier_table::tier_of(const address& who) const {
    if (who.domain.empty()) return who.is_unqualified() ? organisation() : unknown();
    if (const auto at = exact_.find(who.domain); at != exact_.end()) return at->second;
    for (std::string_view rest = who.domain;;) {
        if (const auto at = suffix_.find(std::string(rest)); at != suffix_.end()) return at->second;
        const auto dot = rest.find('.');
        if (dot == std::string_view::npos) return unknown();
        rest.remove_prefix(dot + 1);
    }
}

std::size_t tier_table::domains_in(tier_id tier) const {
    const auto listed = [tier](const auto& entry) { return entry.second == tier; };
    return static_cast<std::size_t>(std::ranges::count_if(exact_, listed) + std::ranges::count_if(suffix_, listed));
}

std::size_t tier_table::domains_missing_from(const tier_table& other, std::optional<tier_id> there, tier_id here) const {
    using listing = std::unordered_map<std::string, tier_id>;
    const auto count = [&](const listing& ours, const listing& theirs) {
        return std::ranges::count_if(ours, [&](const auto& entry) {
            if (entry.second != here) return false;
            const auto at = theirs.find(entry.first);
            return !there || at == theirs.end() || at->second != *there;
        });
    };
    return static_cast<std::size_t>(count(exact_, other.exact_) + count(suffix_, other.suffix_));
}

std::vector<std::string> tier_table::first_domains(tier_id tier, std::size_t most) const {
    std::vector<std::string> out;
    for (const auto& [of, domain] : examples_)
        if (of == tier && out.size() < most) out.push_back(domain);
    return out;
}

} // namespace sealgate::policy
