#include "milter/held/begun_index.hpp"

#include "milter/held/release_step.hpp"

#include <utility>

namespace sealgate::milter {

begun_index::begun_index(std::vector<begun_permit> all)
    : all_(std::move(all)) {
    for (std::size_t i = 0; i < all_.size(); ++i) {
        places_.emplace(all_[i].permit.queue_id, i);
        if (all_[i].taken) places_.emplace(all_[i].taken->queue_id, i);
    }
}

const begun_permit* begun_index::about(const queue_entry& mail) const {
    const auto [from, to] = places_.equal_range(mail.id);
    for (auto at = from; at != to; ++at)
        if (const auto& one = all_[at->second]; is_held_one(mail, one) || is_new_one(mail, one)) return &one;
    return nullptr;
}

const begun_permit* begun_index::about(std::string_view id, const queue_index& queue) const {
    if (const auto* mail = queue.find(id)) return about(*mail);
    const auto at = places_.find(std::string(id));
    return at == places_.end() ? nullptr : &all_[at->second];
}

} // namespace sealgate::milter
