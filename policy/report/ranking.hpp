// The most frequent of what was counted, for a table that people read.
// Tested by report/page_test.
#pragma once

#include "policy/report/bounded_map.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

namespace sealgate::policy {

constexpr std::size_t most_ranked = 50;

// Refers to the values it was made of.
template <class Key, class Value>
struct ranking {
    struct entry {
        const Key& key;
        const Value& value;
        std::uint64_t weight;
    };
    std::vector<entry> entries; // the heaviest first; equal ones in the order of their keys
    std::uint64_t more = 0;     // keys that are not shown
    std::uint64_t left_out = 0; // counts without a key: there was no room to keep it
    std::uint64_t whole = 0;    // weight of all keys that were kept
};

template <class Key, class Value>
ranking<Key, Value> ranked(const bounded<Key, Value>& of, const auto& weight) {
    std::vector<std::pair<std::uint64_t, const std::pair<const Key, Value>*>> all;
    ranking<Key, Value> out;
    for (const auto& one : of.values()) {
        const std::uint64_t heavy = weight(one.second);
        if (heavy > 0) all.emplace_back(heavy, &one);
        out.whole += heavy;
    }
    std::ranges::stable_sort(all, std::greater{}, [](const auto& one) { return one.first; });
    out.more = all.size() - std::min(all.size(), most_ranked);
    out.left_out = of.left_out();
    all.resize(all.size() - out.more);
    for (const auto& [heavy, one] : all) out.entries.push_back({one->first, one->second, heavy});
    return out;
}

} // namespace sealgate::policy
