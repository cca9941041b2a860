#include "milter/settings/reload_news.hpp"

#include "policy/base/text.hpp"

#include <utility>
#include <vector>

namespace sealgate::milter {

namespace {

using parts = std::vector<std::string>;

void add_count(parts& to, std::size_t count, std::string_view what) {
    if (count > 0) to.push_back(std::to_string(count) + " " + std::string(what));
}

void add_change(parts& to, std::string_view what, const std::string& before, const std::string& now) {
    if (before != now) to.push_back(std::string(what) + " " + now + " (was " + before + ")");
}

// Lists are of domains: one line of a list is the change most policies see.
void add_lists(parts& to, const policy::tier_table& before, const policy::tier_table& now) {
    for (policy::tier_id tier = 0; tier < now.size(); ++tier) {
        const auto old = before.find(now.name(tier));
        const auto had = old ? before.domains_in(*old) : 0, has = now.domains_in(tier);
        const auto added = now.domains_missing_from(before, old, tier);
        const auto removed = old ? before.domains_missing_from(now, tier, *old) : 0;
        if (added + removed == 0) continue;
        parts how;
        if (had != has) how.push_back("was " + std::to_string(had));
        if (added > 0 && removed > 0) how.push_back(std::to_string(added) + " added, " + std::to_string(removed) + " removed");
        to.push_back(now.name(tier) + " " + std::to_string(has) + " domains (" + text::join(how, "; ") + ")");
    }
    for (policy::tier_id tier = 0; tier < before.size(); ++tier)
        if (!now.find(before.name(tier))) to.push_back("no tier " + before.name(tier) + " any more");
}

} // namespace

std::string key_news(const snapshot& before, const snapshot& now) {
    const auto changes = now.certificates->changes_since(*before.certificates);
    parts counts;
    add_count(counts, changes.added.size(), "new");
    add_count(counts, changes.removed.size(), "gone");
    add_count(counts, changes.changed.size(), "changed");
    return counts.empty() ? std::string{} : "keys " + text::join(counts, ", ");
}

std::string reload_news(const snapshot& before, const snapshot& now) {
    parts all;
    add_change(all, "mode", std::string(name_of(before.gateway.mode)), std::string(name_of(now.gateway.mode)));
    add_change(all, "policy", before.rules.digest, now.rules.digest);
    add_lists(all, before.rules.tiers, now.rules.tiers);
    if (auto keys = key_news(before, now); !keys.empty()) all.push_back(std::move(keys));
    return all.empty() ? "nothing changed in policy, lists and keys" : text::join(all, "; ");
}

} // namespace sealgate::milter
