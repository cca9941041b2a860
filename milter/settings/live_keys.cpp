#include "milter/settings/live_keys.hpp"

#include "keys/store/store.hpp"

#include <algorithm>

namespace sealgate::milter {

reread_keys read_keys_anew(const snapshot& live, keys::reading what) {
    const keys::store store(live.gateway.keys_directory(), {}, live.rules.encryption.minimum);
    auto keys = store.open(what, live.certificates.get());
    reread_keys out{.fresh = nullptr, .changes = keys.certificates->changes_since(*live.certificates), .news = {}};
    for (const auto& problem : keys.problems)
        if (std::ranges::find(live.key_problems, problem) == live.key_problems.end()) out.news.push_back(problem);
    if (!keys.certificates->is_same_as(*live.certificates) || keys.problems != live.key_problems)
        out.fresh = make_snapshot(live.gateway, live.rules, std::move(keys));
    return out;
}

} // namespace sealgate::milter
