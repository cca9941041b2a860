// The decisions of a running gateway as they are made: a line in the journal for each, the latest, and counts. Network thread.
#pragma once

#include "milter/control/histogram.hpp"
#include "milter/gateway/concluded.hpp"
#include "policy/rules/reason.hpp"

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <utility>

namespace sealgate::milter {

// "reject: confidential, no-key; 2 recipients". In monitor mode it says that nothing was changed.
std::string decision_words(const concluded& what);

class decision_feed {
public:
    struct recent_decision {
        std::chrono::system_clock::time_point time;
        std::string id, queue_id, words;
    };
    static constexpr std::size_t most_recent = 10;

    void saw(const concluded& what);

    // The latest last.
    const std::deque<recent_decision>& recent() const { return recent_; }
    std::uint64_t count() const { return count_; }
    void write(exposition& to) const;

private:
    std::deque<recent_decision> recent_;
    std::uint64_t count_ = 0;
    std::map<policy::outcome, std::uint64_t> outcomes_;
    std::map<std::pair<policy::outcome, policy::reason>, std::uint64_t> recipients_;
    duration_histogram waits_, seals_;
};

} // namespace sealgate::milter
