#include "policy/report/numbers.hpp"

#include <numeric>

namespace sealgate::policy {

std::uint64_t sum(const counts_by_outcome& counts) { return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0}); }

numbers::numbers(std::size_t most)
    : by_hour(most)
    , reasons(most)
    , failures(most)
    , domains(most)
    , insecure_senders(most)
    , senders(most)
    , wanted(most)
    , suggestions(most)
    , watched_senders(most)
    , watched_domains(most)
    , watched_rules(most) {}

} // namespace sealgate::policy
