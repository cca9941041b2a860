#include "policy/report/numbers.hpp"

namespace sealgate::policy {

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
