#include "policy/proof/log_proof.hpp"

#include "policy/base/rfc3339.hpp"

#include <algorithm>
#include <ranges>
#include <utility>

namespace sealgate::policy {

// What stands between the last checkpoint that fits and the flaw fits together, and can't be held against the next checkpoint.
std::string log_proof::unproved(std::uint64_t until) const {
    const auto from = signed_ ? signed_->end.last_seq + 1 : first_;
    if (known_.empty() || from >= until) return {};
    return "; " + records(from, until - 1) + " before it cannot be proved, since the next checkpoint is out of reach";
}

log_proof::log_proof(std::vector<checkpoint> known, std::uint64_t first, judge counts, const tree_before& before)
    : known_(std::move(known))
    , first_(first)
    , counts_(std::move(counts))
    , trees_(known_, first, before) {
    std::ranges::stable_sort(known_, {}, [](const checkpoint& one) { return one.end.last_seq; });
}

void log_proof::follow(std::string_view line) {
    if (flaw_) return;
    const auto found = read_link(line);
    if (found && end_ == chain_end{}) begin_before(*found);
    if (flaw_) return;
    if (broken_) {
        flaw_ = diagnose_unsigned(found ? &*found : nullptr);
    } else if (!found) {
        const auto number = end_.last_seq + 1;
        flaw_ = {.record = number, .text = "record " + std::to_string(number) + " " + found.error() + unproved(number)};
    } else if (found->seq != end_.last_seq + 1 || found->prev != end_.last_hash) {
        flaw_ = diagnose(*found);
        flaw_->text += unproved(flaw_->record);
    } else {
        before_end_ = std::exchange(end_, {.last_seq = found->seq, .last_hash = found->hash});
        trees_.add(found->seq, line);
        hold_against_checkpoints();
    }
}

// What the first record says of those before it stands, unless it was signed otherwise.
void log_proof::begin_before(const link& first) {
    if (first_ == 1) return;
    if (first.seq > first_)
        flaw_ = {.record = first_,
                 .text = records(first_, first.seq - 1) + " of the log: removed or moved from before record " +
                         std::to_string(first.seq)};
    if (first.seq < first_)
        flaw_ = {.record = first.seq,
                 .text = "record " + std::to_string(first.seq) + " stands where the log should begin with record " +
                         std::to_string(first_)};
    if (flaw_) return;
    end_ = {.last_seq = first.seq - 1, .last_hash = first.prev};
    hold_against_checkpoints();
    if (!broken_) return;
    flaw_ = {.record = first.seq,
             .text = "record " + std::to_string(first.seq) + " does not follow the one before it that was signed at " +
                     rfc3339(broken_->time)};
}

// A line that is whole in itself, and does not follow the last one.
flaw log_proof::diagnose(const link& found) const {
    const auto last = end_.last_seq;
    const auto expected = last + 1;
    if (found.hash == end_.last_hash) return {.record = last, .text = records(last, last) + " is there twice"};
    if (found.seq == last && found.prev == before_end_.last_hash)
        return {.record = last,
                .text =
                    records(last, last) + " was inserted: there is another of this number, and both follow the same record"};
    if (found.seq < expected)
        return {.record = found.seq,
                .text = records(found.seq, found.seq) + " stands where record " + std::to_string(expected) +
                        " belongs: it was repeated or moved"};
    if (found.seq > expected)
        return {.record = expected,
                .text = records(expected, found.seq - 1) + " of the log: removed or moved from before record " +
                        std::to_string(found.seq)};
    if (signed_ && signed_->end.last_seq == last)
        return {.record = expected,
                .text = records(expected, expected) + " does not follow record " + std::to_string(last) +
                        ", which is as it was signed: it was replaced"};
    return {.record = last, .text = records(last, last) + " was replaced: the next one follows another"};
}

void log_proof::hold_against_checkpoints() {
    for (; next_ < known_.size() && known_[next_].end.last_seq <= end_.last_seq && !broken_; ++next_) {
        const auto& at = known_[next_];
        if (at.end.last_seq < end_.last_seq || !counts(at)) continue;
        (at.end == end_ ? signed_ : broken_) = at;
        if (!broken_ && at.tree) hold_tree(at);
    }
}

// The chain says that the records are those that were signed: only the tree is another one.
void log_proof::hold_tree(const checkpoint& at) {
    constexpr std::size_t most = 3;
    if (trees_.hold(*at.tree) != followed_trees::fit::differs || tree_problems_.size() == most) return;
    tree_problems_.push_back({.text = "the tree over " + records(at.tree->first, at.end.last_seq) +
                                      " is not the one that was signed at " + rfc3339(at.time) +
                                      ": single records are not proved by it",
                              .is_certain = !trees_.rests_on_others(*at.tree)});
}

// The last record is not the one that was signed: it alone is forged, or all since the checkpoint before may be.
flaw log_proof::diagnose_unsigned(const link* next) const {
    const auto& genuine = broken_->end;
    if (next && next->hash == genuine.last_hash)
        return {.record = genuine.last_seq,
                .text =
                    records(genuine.last_seq, genuine.last_seq) + " was inserted: the signed one of this number follows it"};
    if (next && next->prev == genuine.last_hash)
        return {.record = genuine.last_seq,
                .text = records(genuine.last_seq, genuine.last_seq) +
                        " was replaced: the next one follows the one that was signed"};
    const auto from = std::min(signed_ ? signed_->end.last_seq + 1 : first_, genuine.last_seq);
    return {.record = from,
            .text = records(from, genuine.last_seq) + ": not what was signed at " + rfc3339(broken_->time) +
                    "; the log was written anew from somewhere among them"};
}

void log_proof::finish() {
    if (flaw_) return;
    if (broken_) {
        flaw_ = diagnose_unsigned(nullptr);
        return;
    }
    const auto last = std::ranges::find_if(known_ | std::views::reverse, [&](const checkpoint& one) { return counts(one); });
    if (last == known_.rend() || last->end.last_seq <= end_.last_seq) return;
    const auto first = std::max(first_, end_.last_seq + 1);
    flaw_ = {.record = first,
             .text = records(first, last->end.last_seq) + " cut off at the end: signed at " + rfc3339(last->time) +
                     ", and not here any more" + unproved(first)};
}

} // namespace sealgate::policy
