#include "milter/settings/reload_news.hpp"

#include "policy/base/text.hpp"

#include <map>
#include <utility>
#include <vector>

namespace sealgate::milter {

namespace {

using parts = std::vector<std::string>;

// A certificate is another one when its octets are, or when it was disabled or enabled.
std::map<std::string, std::pair<std::string_view, bool>> certificates_of(const snapshot& live) {
    std::map<std::string, std::pair<std::string_view, bool>> out;
    for (const auto& stored : live.certificates.certificates())
        out.emplace(stored.cert.fingerprint, std::pair<std::string_view, bool>(*stored.binary, stored.cert.disabled));
    return out;
}

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
        if (had != has) to.push_back(now.name(tier) + " " + std::to_string(has) + " domains (was " + std::to_string(had) + ")");
    }
    for (policy::tier_id tier = 0; tier < before.size(); ++tier)
        if (!now.find(before.name(tier))) to.push_back("no tier " + before.name(tier) + " any more");
}

} // namespace

std::string key_news(const snapshot& before, const snapshot& now) {
    const auto old = certificates_of(before), fresh = certificates_of(now);
    std::size_t added = 0, gone = 0, changed = 0;
    for (const auto& [fingerprint, content] : fresh) {
        const auto at = old.find(fingerprint);
        added += at == old.end() ? 1 : 0;
        changed += at != old.end() && at->second != content ? 1 : 0;
    }
    for (const auto& [fingerprint, content] : old) gone += fresh.contains(fingerprint) ? 0 : 1;
    parts counts;
    add_count(counts, added, "new");
    add_count(counts, gone, "gone");
    add_count(counts, changed, "changed");
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
