#include "milter/held/written_envelope.hpp"

#include "policy/audit/query.hpp"
#include "policy/mail/address.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace sealgate::milter {

namespace {

using addresses = std::set<std::string>; // as the log has them

// As which the decision has somebody; or nothing.
std::optional<std::string> name_in(const addresses& decision, const std::string& who, const policy::pseudonyms& names) {
    const auto address = policy::parse_address(who);
    auto known_as = names.all_of(address);
    known_as.insert(known_as.end(), {who, address.key()});
    const auto at = std::ranges::find_if(known_as, [&](const auto& one) { return decision.contains(one); });
    return at == known_as.end() ? std::nullopt : std::optional(*at);
}

// Of aliases what was written, once each; nothing where somebody in the decision is missing.
std::vector<held_recipient> originals(const held_envelope& envelope, const addresses& decision,
                                      const policy::pseudonyms& names) {
    std::vector<held_recipient> out;
    addresses found, seen;
    for (const auto& one : envelope.recipients) {
        const auto& who = one.original.empty() ? one.address : one.original;
        if (!seen.insert(policy::parse_address(who).key()).second) continue;
        const auto name = name_in(decision, who, names);
        if (!name) continue;
        found.insert(*name);
        out.push_back({.address = who, .original = one.original, .dsn = one.dsn});
    }
    if (found.size() != decision.size()) out.clear();
    return out;
}

std::vector<held_recipient> without_archives(std::vector<held_recipient> recipients, const policy::policy& rules,
                                             const addresses& decision, const policy::pseudonyms& names) {
    addresses archives;
    for (const auto& row : rules.rules)
        for (const auto& one : row.archive) archives.insert(one.key());
    std::erase_if(recipients, [&](const held_recipient& one) {
        return archives.contains(policy::parse_address(one.address).key()) && !name_in(decision, one.address, names);
    });
    return recipients;
}

} // namespace

held_envelope as_written(held_envelope envelope, const policy::policy& rules, const policy::pseudonyms& names,
                         const boost::json::object* reason) {
    if (reason == nullptr) return envelope;
    addresses decision;
    for (const auto* one : policy::recipients_in(*reason)) decision.emplace(policy::text_in(*one, "address").value_or(""));
    auto who = envelope.is_begun ? std::vector<held_recipient>{} : originals(envelope, decision, names);
    if (who.empty()) who = without_archives(envelope.recipients, rules, decision, names);
    if (!who.empty()) envelope.recipients = std::move(who);
    return envelope;
}

} // namespace sealgate::milter
