#include "milter/settings/live_keys.hpp"

#include "keys/store/store.hpp"

#include <algorithm>
#include <map>
#include <string_view>

namespace sealgate::milter {

namespace {

using stored = keys::stored_certificate;

bool is_same(const stored& a, const stored& b) { return *a.binary == *b.binary && a.cert == b.cert; }

} // namespace

policy::certificate_changes changes_between(const std::vector<stored>& before, const std::vector<stored>& now) {
    std::map<std::string_view, const stored*> gone;
    for (const auto& one : before) gone.emplace(one.cert.fingerprint, &one);
    policy::certificate_changes out;
    for (const auto& one : now) {
        const auto old = gone.find(one.cert.fingerprint);
        if (old == gone.end()) {
            out.added.push_back(one.cert.fingerprint);
            continue;
        }
        if (!is_same(*old->second, one)) out.changed.push_back(one.cert.fingerprint);
        gone.erase(old);
    }
    for (const auto& [fingerprint, one] : gone) out.removed.emplace_back(fingerprint);
    return out;
}

reread_keys read_keys_anew(const snapshot& live) {
    const auto& before = live.certificates.certificates();
    auto contents = keys::store(live.gateway.keys_directory(), {}, live.rules.encryption.minimum).load(before);
    reread_keys out{.fresh = nullptr, .changes = changes_between(before, contents.certificates), .news = {}};
    for (const auto& problem : contents.problems)
        if (std::ranges::find(live.key_problems, problem) == live.key_problems.end()) out.news.push_back(problem);
    if (!out.changes.none() || contents.problems != live.key_problems)
        out.fresh = make_snapshot(live.gateway, live.rules, std::move(contents));
    return out;
}

} // namespace sealgate::milter
