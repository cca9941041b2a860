#include "milter/held/queue_index.hpp"

#include <string>
#include <utility>

namespace sealgate::milter {

queue_index::queue_index(std::vector<queue_entry> entries)
    : entries_(std::move(entries)) {
    for (std::size_t i = 0; i < entries_.size(); ++i) places_.emplace(entries_[i].id, i);
}

const queue_entry* queue_index::find(std::string_view id) const {
    const queue_entry* out = nullptr;
    const auto [from, to] = places_.equal_range(std::string(id));
    for (auto at = from; at != to; ++at)
        if (const auto& one = entries_[at->second]; out == nullptr || !one.is_held()) out = &one;
    return out;
}

} // namespace sealgate::milter
