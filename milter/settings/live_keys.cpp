#include "milter/settings/live_keys.hpp"

#include "keys/store/keyring.hpp"

#include <algorithm>

namespace sealgate::milter {

reread_keys read_keys_anew(const snapshot& live, keys::reading what, std::optional<policy::key_source> only) {
    auto keys = keys::open_keyring(key_places(live.gateway), {}, live.rules.encryption, what, live.certificates.get(), only);
    reread_keys out{.fresh = nullptr, .changes = keys.certificates->changes_since(*live.certificates), .news = {}};
    for (const auto& problem : keys.problems)
        if (std::ranges::find(live.key_problems, problem) == live.key_problems.end()) out.news.push_back(problem);
    if (!keys.certificates->is_same_as(*live.certificates) || keys.problems != live.key_problems)
        out.fresh = make_snapshot(live.gateway, live.rules, std::move(keys));
    return out;
}

} // namespace sealgate::milter
