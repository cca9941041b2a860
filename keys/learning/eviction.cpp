#include "keys/learning/eviction.hpp"

#include <algorithm>
#include <map>

namespace sealgate::keys {

namespace {

// Null where all that the domain has stays.
const learned_entry* oldest_of(std::string_view domain, std::span<const learned_entry> all) {
    const learned_entry* out = nullptr;
    for (const auto& one : all)
        if (one.domain == domain && !one.stays && (out == nullptr || one.learned < out->learned)) out = &one;
    return out;
}

// The one with most that could go.
std::string_view largest_domain(std::span<const learned_entry> all) {
    std::map<std::string_view, std::size_t> counts;
    for (const auto& one : all)
        if (!one.stays) ++counts[one.domain];
    const auto most = std::ranges::max_element(counts, {}, [](const auto& one) { return one.second; });
    return most == counts.end() ? std::string_view{} : most->first;
}

} // namespace

room room_for(std::string_view domain, std::span<const learned_entry> all, const room_limits& most) {
    const auto of_it = static_cast<std::size_t>(std::ranges::count(all, domain, &learned_entry::domain));
    const bool is_domain_full = of_it >= most.of_a_domain;
    if (!is_domain_full && all.size() < most.all) return {.is_there = true, .forget = {}};
    const auto* goes = oldest_of(is_domain_full ? domain : largest_domain(all), all);
    return goes == nullptr ? room{} : room{.is_there = true, .forget = {goes->fingerprint}};
}

} // namespace sealgate::keys
