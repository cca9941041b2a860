#include "milter/outbox/waiting_copies.hpp"

#include <algorithm>
#include <ranges>

namespace sealgate::milter {

namespace {

constexpr std::chrono::hours longest_wait{24};

bool is_far_off(wall_time next_try, wall_time now) { return next_try > now + longest_wait; }

} // namespace

void waiting_copies::put(const copy_head& head, const keys::file_state& seen) {
    drop(head.id);
    entry made{.seen = seen, .created = head.created, .next_try = head.next_try, .identities = {}};
    for (const auto& one : head.recipients) {
        ++identities_[one.identity];
        made.identities.push_back(one.identity);
    }
    const auto at = copies_.emplace(head.id, std::move(made)).first;
    turns_.emplace(head.next_try, at->first);
    created_.insert(head.created);
}

void waiting_copies::drop(std::string_view id) {
    const auto at = copies_.find(id);
    if (at == copies_.end()) return;
    for (const auto& identity : at->second.identities)
        if (const auto counted = identities_.find(identity); --counted->second == 0) identities_.erase(counted);
    turns_.erase({at->second.next_try, at->first});
    created_.erase(created_.find(at->second.created));
    copies_.erase(at);
}

std::optional<wall_time> waiting_copies::oldest() const {
    if (created_.empty()) return std::nullopt;
    return *created_.begin();
}

std::vector<std::string> waiting_copies::take_due(wall_time now, std::size_t most) {
    std::vector<std::string> ids;
    const auto take = [&](auto turn) {
        const auto at = copies_.find(turn->second);
        at->second.is_busy = true;
        ids.push_back(at->first);
        turns_.erase(turn);
    };
    while (ids.size() < most && !turns_.empty() && turns_.begin()->first <= now) take(turns_.begin());
    while (ids.size() < most && !turns_.empty() && is_far_off(turns_.rbegin()->first, now)) take(std::prev(turns_.end()));
    return ids;
}

void waiting_copies::set_next_try(place of, wall_time when) {
    auto& [id, copy] = *of;
    if (!copy.is_busy) {
        turns_.erase({copy.next_try, id});
        turns_.emplace(when, id);
    }
    copy.next_try = when;
}

void waiting_copies::hurry(wall_time now) {
    for (auto at = copies_.begin(); at != copies_.end(); ++at) set_next_try(at, std::min(at->second.next_try, now));
}

void waiting_copies::put_off(std::string_view id, wall_time not_before, wall_time now) {
    const auto at = copies_.find(id);
    if (at == copies_.end()) return;
    const auto next = at->second.next_try;
    set_next_try(at, std::max(is_far_off(next, now) ? now : next, not_before));
}

std::optional<wall_time> waiting_copies::next_try() const {
    return turns_.empty() ? std::nullopt : std::optional(turns_.begin()->first);
}

bool waiting_copies::is_being_handed_over(std::string_view id) const {
    const auto at = copies_.find(id);
    return at != copies_.end() && at->second.is_busy;
}

bool waiting_copies::is_as_seen(std::string_view id, const keys::file_state& now) const {
    const auto at = copies_.find(id);
    return at != copies_.end() && at->second.seen == now;
}

std::vector<std::string> waiting_copies::ids() const {
    std::vector<std::string> out;
    std::ranges::copy(std::views::keys(copies_), std::back_inserter(out));
    return out;
}

} // namespace sealgate::milter
