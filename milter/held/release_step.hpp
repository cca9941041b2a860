// What is to be done next with a held mail that is being released or refused, from what can be seen now: so that whoever comes
// after a crash, wherever it was, goes on from there, and does nothing twice. Pure.
//
// A release hands the mail in anew, and what comes of it goes into the hold queue again, decided and sealed; then the old one
// is removed, then the new one is let go. So there is always exactly one that can leave, or none yet (decision 0028).
#pragma once

#include "milter/held/permits.hpp"
#include "milter/held/queue_index.hpp"
#include "milter/postfix/queue_entry.hpp"

#include <cstdint>
#include <vector>

namespace sealgate::milter {

enum class release_step : std::uint8_t {
    hand_in,     // nothing was handed in, or it came to nothing: anew
    wait,        // something may be on its way still
    tell,        // of a refusal: its sender's notice
    remove_held, // the old one
    let_go,      // the new one
    withdraw,    // the new one is removed: the old one left by another hand, or what was decided is too old
    unseen,      // Postfix said yes, and its queue has no such mail: nobody can tell, and nothing is changed
    finish,      // all is done but the event and the files
    drop,        // the mail is gone by another hand, and nothing of ours has taken its place
};

// So long after it began nothing of it is under way: longer than Postfix waits for a filter.
constexpr std::chrono::minutes longest_under_way{15};

release_step next_step(const begun_permit& begun, const queue_index& queue, wall_time now);

// Whether this is the mail that was held, or the one that is to take its place: queue ids come again, and the time says which
// mail has it. In whatever queue.
bool is_held_one(const queue_entry& entry, const begun_permit& of);
bool is_new_one(const queue_entry& entry, const begun_permit& of);

} // namespace sealgate::milter
