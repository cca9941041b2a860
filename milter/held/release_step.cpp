#include "milter/held/release_step.hpp"

namespace sealgate::milter {

namespace {

using enum release_step;

enum class place : std::uint8_t { hold, elsewhere, nowhere };

place place_of(const queue_index& queue, const std::string& id, const begun_permit& of,
               bool (*is_it)(const queue_entry&, const begun_permit&)) {
    const auto* at = queue.find(id);
    if (at == nullptr || !is_it(*at, of)) return place::nowhere;
    return at->is_held() ? place::hold : place::elsewhere;
}

std::int64_t second_of(wall_time time) {
    return std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
}

bool is_within(wall_time since, wall_time now) { return now - since < longest_under_way && now >= since; }

release_step of_refusal(const begun_permit& begun, place old) {
    if (old == place::hold) return begun.is_accepted ? remove_held : tell;
    return begun.is_accepted && old == place::nowhere ? finish : drop;
}

// The gateway let it go on, and Postfix's queue says what came of it.
release_step of_taken(const begun_permit& begun, place old, place made, wall_time now) {
    const bool is_decided_lately = now - begun.taken->time < longest_under_way;
    const bool may_come = is_within(begun.permit.begun, now) && !begun.is_accepted && !begun.is_replaced;
    switch (made) {
    case place::hold:
        if (old == place::hold) return is_decided_lately ? remove_held : withdraw;
        return old == place::nowhere && begun.is_replaced ? let_go : withdraw;
    case place::elsewhere: return old == place::hold ? remove_held : finish;
    case place::nowhere: break;
    }
    if (may_come) return wait;
    if (old == place::hold) return begun.is_accepted || begun.is_replaced ? unseen : hand_in;
    return begun.is_replaced ? finish : drop;
}

release_step of_release(const begun_permit& begun, const queue_index& queue, place old, wall_time now) {
    if (begun.is_unreadable) return unseen;
    if (!begun.taken) {
        if (old != place::hold) return drop;
        return begun.is_claimed && is_within(begun.permit.begun, now) ? wait : hand_in;
    }
    if (begun.taken->in_copies) return old == place::hold ? remove_held : finish;
    return of_taken(begun, old, place_of(queue, begun.taken->queue_id, begun, is_new_one), now);
}

} // namespace

bool is_held_one(const queue_entry& entry, const begun_permit& of) {
    return entry.id == of.permit.queue_id && entry.arrival == of.permit.arrival;
}

bool is_new_one(const queue_entry& entry, const begun_permit& of) {
    constexpr std::int64_t second_of_both = 1;
    return of.taken && entry.id == of.taken->queue_id && entry.arrival + second_of_both >= second_of(of.permit.begun) &&
           entry.arrival <= second_of(of.taken->time) + second_of_both;
}

release_step next_step(const begun_permit& begun, const queue_index& queue, wall_time now) {
    const auto old = place_of(queue, begun.permit.queue_id, begun, is_held_one);
    if (begun.what == begun_permit::purpose::refusal) return of_refusal(begun, old);
    return of_release(begun, queue, old, now);
}

} // namespace sealgate::milter
