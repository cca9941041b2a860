#include "milter/held/release_step.hpp"

#include <algorithm>

namespace sealgate::milter {

namespace {

enum class place : std::uint8_t { hold, elsewhere, nowhere };

// Queue ids come again: what is older than the permit is another mail.
place place_of(const std::vector<queue_entry>& queue, const permit_taken& taken, const held_permit& of) {
    const auto at = std::ranges::find(queue, taken.queue_id, &queue_entry::id);
    constexpr std::int64_t second_of_both = 1;
    const auto begun = std::chrono::duration_cast<std::chrono::seconds>(of.begun.time_since_epoch()).count();
    if (at == queue.end() || at->arrival + second_of_both < begun) return place::nowhere;
    return at->is_held() ? place::hold : place::elsewhere;
}

release_step of_refusal(const begun_permit& begun, bool is_there) {
    using enum release_step;
    if (is_there) return begun.is_accepted ? remove_held : tell;
    return begun.is_accepted ? finish : drop;
}

// Nobody has said yes yet: Postfix's queue says whether it came to that.
release_step of_release(const begun_permit& begun, const std::vector<queue_entry>& queue, bool is_there, wall_time now) {
    using enum release_step;
    const bool may_be_under_way = now - begun.permit.begun < longest_under_way && now >= begun.permit.begun;
    if (!begun.taken) {
        if (!is_there) return drop;
        return begun.is_claimed && may_be_under_way ? wait : hand_in;
    }
    if (begun.taken->in_copies) return is_there ? remove_held : finish;
    const auto where = place_of(queue, *begun.taken, begun.permit);
    if (where == place::hold) return is_there ? remove_held : let_go;
    if (!is_there) return begun.is_accepted ? finish : drop;
    if (begun.is_accepted || where == place::elsewhere) return remove_held;
    return may_be_under_way ? wait : hand_in;
}

} // namespace

const queue_entry* held_entry(const std::vector<queue_entry>& queue, const held_permit& of) {
    const auto is_it = [&](const queue_entry& one) {
        return one.is_held() && one.id == of.queue_id && one.arrival == of.arrival;
    };
    const auto at = std::ranges::find_if(queue, is_it);
    return at == queue.end() ? nullptr : &*at;
}

release_step next_step(const begun_permit& begun, const std::vector<queue_entry>& queue, wall_time now) {
    const bool is_there = held_entry(queue, begun.permit) != nullptr;
    if (begun.what == begun_permit::purpose::refusal) return of_refusal(begun, is_there);
    return of_release(begun, queue, is_there, now);
}

} // namespace sealgate::milter
