// Servers that said that they are asked too often (429 and Retry-After, RFC 6585 section 4), or were silent: they are left
// alone until then. Any thread. Tested by discovery/resting_servers_test.
#pragma once

#include <chrono>
#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace sealgate::milter {

class resting_servers {
public:
    using clock = std::chrono::steady_clock;

    void rest(const std::string& host, clock::time_point until);
    bool rests(const std::string& host, clock::time_point now) const;
    // Of none: no.
    bool all_rest(const std::vector<std::string>& hosts, clock::time_point now) const;

private:
    mutable std::mutex mutex_;
    std::map<std::string, clock::time_point> until_; // few: the configuration names them
};

} // namespace sealgate::milter
