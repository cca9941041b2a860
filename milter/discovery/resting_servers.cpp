#include "milter/discovery/resting_servers.hpp"

#include <algorithm>

namespace sealgate::milter {

void resting_servers::rest(const std::string& host, clock::time_point until) {
    const std::lock_guard lock(mutex_);
    auto& known = until_[host];
    known = std::max(known, until);
}

bool resting_servers::rests(const std::string& host, clock::time_point now) const {
    const std::lock_guard lock(mutex_);
    const auto at = until_.find(host);
    return at != until_.end() && now < at->second;
}

bool resting_servers::all_rest(const std::vector<std::string>& hosts, clock::time_point now) const {
    return !hosts.empty() && std::ranges::all_of(hosts, [&](const auto& host) { return rests(host, now); });
}

} // namespace sealgate::milter
