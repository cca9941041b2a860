#include "milter/discovery/lookup_queue.hpp"

#include <algorithm>
#include <utility>

namespace sealgate::milter {

namespace {

std::size_t most_before(urgency what) {
    switch (what) {
    case urgency::mail: return lookup_queue::most_waiting;
    case urgency::bulk: return lookup_queue::most_waiting / 2;
    case urgency::refresh: return lookup_queue::most_waiting / 4;
    }
    std::unreachable();
}

} // namespace

std::string lookup_question::key() const {
    auto out = fingerprint.empty() ? whose.key() : fingerprint;
    for (const auto* some : {&from, &aside})
        for (const auto source : *some) out.append(" ").append(name_of(source));
    return out;
}

void lookup_question::end(lookup_outcome with) {
    what = with;
    ended.cancel();
    if (heard) heard(with);
}

lookup_queue::entry lookup_queue::join(entry made) {
    const auto key = made->key();
    const auto what = made->how_urgent;
    const auto known = asked_.find(key);
    if (known != asked_.end() && known->second->how_urgent <= what) return known->second;
    if (known == asked_.end() && asked_.size() >= most_before(what)) return nullptr;
    auto& queue = domains_[made->whose.domain];
    if (known != asked_.end()) { // more urgent than it was
        const auto at = std::ranges::find(queue.waiting, known->second);
        if (at == queue.waiting.end()) return known->second; // it is being asked
        made = std::move(known->second);
        made->how_urgent = what;
        queue.waiting.erase(at);
    }
    const auto is_less_urgent = [&](const entry& one) { return one->how_urgent > what; };
    const auto at = std::ranges::find_if(queue.waiting, is_less_urgent);
    const bool is_first = at == queue.waiting.begin();
    queue.waiting.insert(at, made);
    if (is_first && !queue.is_served) turns_of(what).push_back(made->whose.domain);
    asked_.insert_or_assign(key, made);
    return made;
}

bool lookup_queue::is_next(const std::string& domain) const {
    const auto at = domains_.find(domain);
    return at != domains_.end() && !at->second.is_served && !at->second.waiting.empty();
}

std::optional<std::string> lookup_queue::next_domain() {
    for (auto& turns : turns_)
        while (!turns.empty()) {
            auto out = std::move(turns.front());
            turns.pop_front();
            if (!is_next(out)) continue;
            domains_[out].is_served = true;
            return out;
        }
    return std::nullopt;
}

bool lookup_queue::others_go_before(urgency what, turn of_domain) {
    const auto less_urgent = static_cast<std::size_t>(what) + (of_domain == turn::is_over ? 1 : 0);
    for (std::size_t i = 0; i < less_urgent; ++i) {
        auto& turns = turns_[i];
        while (!turns.empty() && !is_next(turns.front())) turns.pop_front();
        if (!turns.empty()) return true;
    }
    return false;
}

lookup_queue::entry lookup_queue::next_of(const std::string& domain, turn of_domain) {
    const auto at = domains_.find(domain);
    if (at == domains_.end()) return nullptr;
    auto& [waiting, is_served] = at->second;
    if (waiting.empty()) {
        domains_.erase(at);
        return nullptr;
    }
    const auto what = waiting.front()->how_urgent;
    if (others_go_before(what, of_domain)) {
        is_served = false;
        turns_of(what).push_back(domain);
        return nullptr;
    }
    auto out = std::move(waiting.front());
    waiting.pop_front();
    return out;
}

void lookup_queue::answered(const lookup_question& one) { asked_.erase(one.key()); }

} // namespace sealgate::milter
