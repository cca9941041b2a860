#include "milter/audit/log.hpp"

#include "milter/base/tell.hpp"
#include "milter/base/thread_name.hpp"
#include "policy/audit/log_found.hpp"

#include <algorithm>
#include <new>
#include <system_error>
#include <utility>

namespace sealgate::milter {

namespace {

using std::chrono::days;
using std::chrono::floor;
using std::chrono::steady_clock;

} // namespace

audit_log::audit_log(audit_options options)
    : options_(std::move(options))
    , file_(options_.directory)
    , checkpoints_(options_.key, options_.directory, options_.checkpoints)
    , repaired_(file_.repaired()) {
    begin_where_it_was_signed();
    standing_ = {.last_record = signed_, .last_signed = signed_, .signed_at = options_.now(), .problem = {}};
    writer_ = with_thread_name("audit", [this] { return std::thread([this] { run(); }); });
}

audit_log::~audit_log() {
    queue_.close();
    writer_.join();
}

void audit_log::append(std::string fields, completion done) { queue_.push({std::move(fields), std::move(done)}); }

void audit_log::run() {
    for (;;) {
        auto batch = wait_for_records();
        if (!batch.empty()) {
            write(std::move(batch));
        } else if (!checkpoint_is_due()) {
            break;
        }
        if (checkpoint_is_due()) sign();
        note_standing();
    }
    sign();
}

void audit_log::note_standing() {
    const std::lock_guard lock(standing_mutex_);
    standing_.last_record = file_.end().last_seq;
    if (standing_.last_signed != signed_) standing_.signed_at = options_.now();
    standing_.last_signed = signed_;
    standing_.problem = signing_.lasts() ? signing_.what() : rotating_.what();
}

audit_log::standing audit_log::now() const {
    const std::lock_guard lock(standing_mutex_);
    auto out = standing_;
    out.waiting = queue_.size();
    return out;
}

// Here nobody waits who could be told.
void audit_log::sign() {
    try {
        add_checkpoint();
    } catch (const std::bad_alloc&) {
        next_checkpoint_ = steady_clock::now() + options_.checkpoint_time;
    }
}

// Nothing when a checkpoint is due, or at the end.
std::vector<audit_log::waiting> audit_log::wait_for_records() {
    return next_checkpoint_ == steady_clock::time_point::max() ? queue_.take() : queue_.take(next_checkpoint_);
}

void audit_log::write(std::vector<waiting> batch) {
    const auto fits = [](const waiting& one) { return one.fields.size() <= policy::longest_fields; };
    const auto too_long = std::ranges::stable_partition(batch, fits);
    for (const auto& one : too_long) tell(one.done, {.text = "the record would be longer than 64 MiB, which nobody reads"});
    batch.erase(too_long.begin(), too_long.end());
    if (batch.empty()) return;
    static const unwritten no_memory{.text = "no memory for the record", .no_room = true};
    write_and_tell(batch, no_memory, [this](const auto& all) { return commit(all); });
}

unwritten audit_log::commit(const std::vector<waiting>& batch) {
    try {
        go_on_anew_if_need_be();
    } catch (const std::system_error& problem) {
        return why_unwritten(problem);
    }
    auto end = file_.end();
    std::string lines;
    for (const auto& fields : untold_) lines += policy::chain(end, fields) + "\n";
    for (const auto& one : batch) lines += policy::chain(end, one.fields) + "\n";
    const auto today = floor<days>(options_.now());
    rotate_before(lines.size(), today);
    auto error = file_.append(lines, end, today);
    if (error.empty()) untold_.clear();
    if (error.empty() && next_checkpoint_ == steady_clock::time_point::max())
        next_checkpoint_ = steady_clock::now() + options_.checkpoint_time;
    return error;
}

// Nobody is to begin a new history by taking the files away.
void audit_log::begin_where_it_was_signed() {
    try {
        if (const auto last = checkpoints_.last()) file_.hold_against(last->end);
    } catch (const std::system_error& problem) {
        options_.complain(std::string("the audit log was not held against its checkpoints: ") + problem.what());
    }
    signed_ = file_.end().last_seq;
}

// What is missing then can be proved as long as the last record is signed.
void audit_log::go_on_anew_if_need_be() {
    const auto why = file_.look();
    if (!why) return;
    add_checkpoint();
    const auto found = file_.go_on_anew(*why);
    untold_.push_back(policy::log_found_event(options_.now(), found));
    options_.complain("THE AUDIT LOG IS NOT AS THE GATEWAY LEFT IT: " + to_string(found) +
                      ". It goes on in a new file behind record " + std::to_string(found.last_record) +
                      ", and so does mail. See sealgate audit verify; no other program may rotate, cut or write these files");
}

void audit_log::rotate_before(std::size_t octets, std::chrono::sys_days today) {
    const bool is_full = file_.size() + octets > options_.rotate_size;
    const bool is_old = options_.rotate_daily && file_.last_day() && *file_.last_day() != today;
    if (file_.size() == 0 || (!is_full && !is_old)) return;
    add_checkpoint();
    if (const auto news = rotating_.news(file_.rotate())) options_.complain(*news);
}

// After a failure, time alone counts.
bool audit_log::checkpoint_is_due() const {
    const bool enough = !signing_.lasts() && file_.end().last_seq >= signed_ + options_.checkpoint_records;
    return enough || steady_clock::now() >= next_checkpoint_;
}

void audit_log::add_checkpoint() {
    if (file_.end().last_seq == signed_) return;
    std::string problem;
    try {
        checkpoints_.add({.time = options_.now(), .end = file_.end()});
        signed_ = file_.end().last_seq;
        next_checkpoint_ = steady_clock::time_point::max();
    } catch (const std::system_error& error) {
        problem = std::string("no checkpoint: ") + error.what();
        next_checkpoint_ = steady_clock::now() + options_.checkpoint_time;
    }
    if (const auto news = signing_.news(problem)) options_.complain(*news);
}

} // namespace sealgate::milter
