// How the mail service behind a domain is rated: domain -> tier, the longest suffix wins, anchored at label borders.
//
// A domain listed as "x.org" matches itself; ".x.org" matches x.org and everything below it. Domains are compared in
// the form of canonical_domain(). Tier 0 is `organisation`, the last one is `unknown`; the policy's own stand between.
#pragma once

#include "policy/mail/address.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace sealgate::policy {

using tier_id = std::size_t;

class tier_table {
public:
    // Starts with `organisation` and `unknown`.
    tier_table();

    // Adds a tier just before `unknown` and returns its id. The name must not be there yet.
    tier_id add_tier(std::string name);

    // Lists a domain ("x.org" or ".x.org") under a tier. Returns the tier that lists it already, if one does
    // (the first listing stays); an unreadable domain is refused by is_domain_pattern(), not here.
    std::optional<tier_id> add_domain(tier_id tier, std::string_view pattern);

    static bool is_domain_pattern(std::string_view pattern);

    tier_id organisation() const { return 0; }
    tier_id unknown() const { return names_.size() - 1; }
    std::size_t size() const { return names_.size(); }
    const std::string& name(tier_id tier) const { return names_.at(tier); }
    std::optional<tier_id> find(std::string_view name) const;

    // Total: an address without a listed domain is `unknown`. A name alone is the organisation's.
    tier_id tier_of(const address& who) const;

    // Number of domains listed under a tier.
    std::size_t domains_in(tier_id tier) const;

    // Of these, how many another table does not list under a tier of its own; all, where it has none.
    std::size_t domains_missing_from(const tier_table& other, std::optional<tier_id> there, tier_id here) const;

    // The first domains listed under a tier, in the list's order: a few, to be named as examples.
    std::vector<std::string> first_domains(tier_id tier, std::size_t most) const;

private:
    std::vector<std::string> names_;
    std::unordered_map<std::string, tier_id> exact_;        // "x.org"
    std::unordered_map<std::string, tier_id> suffix_;       // ".x.org", stored without the dot
    std::vector<std::pair<tier_id, std::string>> examples_; // exact ones, most_examples of each tier
};

} // namespace sealgate::policy
