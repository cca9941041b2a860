// A map that takes so many keys and no more: what strangers write into mail must not decide how much memory a count needs.
// Tested by report/tally_test.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <utility>

namespace sealgate::policy {

template <class Key, class Value>
class bounded {
public:
    explicit bounded(std::size_t most)
        : most_(most) {}

    // The value of that key; null, and counted as left out, where there is no room for another key.
    Value* at(const Key& key) {
        if (const auto found = values_.find(key); found != values_.end()) return &found->second;
        if (values_.size() >= most_) return ++left_out_, nullptr;
        return &values_.emplace(key, Value{}).first->second;
    }

    const std::map<Key, Value>& values() const { return values_; }
    std::uint64_t left_out() const { return left_out_; } // how often there was no room

private:
    std::size_t most_;
    std::map<Key, Value> values_;
    std::uint64_t left_out_ = 0;
};

} // namespace sealgate::policy
