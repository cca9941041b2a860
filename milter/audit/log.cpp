#include "milter/audit/log.hpp"

#include "milter/audit/file_tail.hpp"
#include "milter/audit/layout.hpp"
#include "milter/base/exception_text.hpp"
#include "milter/base/thread_name.hpp"
#include "milter/writers/tell.hpp"
#include "policy/audit/event.hpp"
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

// Nothing where the file has none, or that cannot be read.
std::optional<wall_time> time_of_last_record(const std::filesystem::path& log) try {
    const keys::input_file file(log);
    const auto end = line_start(file.descriptor(), file.status().st_size, log);
    if (end == 0) return std::nullopt;
    constexpr std::size_t enough = 256;
    const auto line = line_at(file.descriptor(), line_start(file.descriptor(), end - 1, log), enough, log);
    return line ? parse_rfc3339(policy::time_text_of(*line)) : std::nullopt;
} catch (const std::system_error&) {
    return std::nullopt;
}

} // namespace

audit_log::audit_log(audit_options options)
    : options_(std::move(options))
    , file_(options_.directory)
    , checkpoints_(options_.key, options_.directory, options_.checkpoints)
    , repaired_(file_.repaired()) {
    open_tree(begin_where_it_was_signed());
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
    look_at_clock();
    auto end = file_.end();
    std::string lines;
    std::vector<policy::tree_hash> leaves;
    const auto add = [&](const std::string& fields) {
        const auto line = policy::chain(end, fields);
        if (tree_) leaves.push_back(policy::leaf_hash(line));
        lines += line + "\n";
    };
    for (const auto& fields : untold_) add(fields);
    for (const auto& one : batch) add(one.fields);
    const auto today = floor<days>(options_.now());
    rotate_before(lines.size(), today);
    auto grown = tree_ ? tree_->grown_by(leaves) : tree_file::growth{};
    auto error = file_.append(lines, end, today);
    if (!error.empty()) return error;
    untold_.clear();
    is_jump_untold_ = false;
    last_written_ = options_.now();
    last_written_steady_ = options_.steady();
    if (tree_) tree_->take(std::move(grown));
    if (next_checkpoint_ == steady_clock::time_point::max()) next_checkpoint_ = steady_clock::now() + options_.checkpoint_time;
    return error;
}

// A record's time is worth what the clock is: who reads the log has to know when that was set. Of a gateway that has just
// started nothing tells how long it was away, but that time does not go back.
void audit_log::look_at_clock() {
    constexpr std::chrono::seconds tolerated{5};
    if (!last_written_) return;
    const auto by_wall = options_.now() - *last_written_;
    const auto passed = last_written_steady_ ? options_.steady() - *last_written_steady_ : std::max(by_wall, by_wall.zero());
    const auto jump = std::chrono::round<std::chrono::seconds>(by_wall - passed);
    if (std::chrono::abs(jump) <= tolerated || is_jump_untold_) return;
    is_jump_untold_ = true;
    untold_.push_back(policy::clock_jumped_event(options_.now(), *last_written_, jump));
    options_.complain("the clock " + std::string(jump.count() < 0 ? "went back" : "went forward") + " by " +
                      std::to_string(std::chrono::abs(jump).count()) + " s since the last record of the audit log");
}

// Nobody is to begin a new history by taking the files away. Returns the last checkpoint, as far as it can be read.
std::optional<policy::checkpoint> audit_log::begin_where_it_was_signed() {
    std::optional<policy::checkpoint> last;
    try {
        last = checkpoints_.last();
        if (last) file_.hold_against(last->end);
    } catch (const std::system_error& problem) {
        options_.complain("the audit log was not held against its checkpoints: " + text_of(problem));
    }
    signed_ = file_.end().last_seq;
    last_written_ = time_of_last_record(written_log(options_.directory));
    return last;
}

// Checkpoints without a tree prove the log as well: mail goes on.
void audit_log::open_tree(const std::optional<policy::checkpoint>& last_signed) {
    if (options_.origin.empty()) return;
    try {
        tree_.emplace(options_.directory, file_.end(), last_signed);
    } catch (const std::system_error& problem) {
        options_.complain(
            "no tree is signed with the audit log until the next start, so that single records cannot be proved: " +
            text_of(problem));
    }
}

// On disk, so that whoever has the checkpoint finds its hashes. Without it the log is signed all the same.
std::optional<policy::record_tree> audit_log::tree_now() {
    if (!tree_ || tree_->tree().leaves() == 0) return std::nullopt;
    std::string problem;
    try {
        tree_->sync();
    } catch (const std::system_error& error) {
        problem = "no tree is signed: " + text_of(error);
    }
    if (const auto news = growing_.news(problem)) options_.complain(*news);
    if (!problem.empty()) return std::nullopt;
    return policy::record_tree{.first = tree_->first_record(),
                               .head = {.origin = options_.origin + "/" + tree_->name(),
                                        .leaves = tree_->tree().leaves(),
                                        .root = tree_->tree().root()}};
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
        checkpoints_.add({.time = options_.now(), .end = file_.end(), .tree = tree_now()});
        signed_ = file_.end().last_seq;
        next_checkpoint_ = steady_clock::time_point::max();
    } catch (const std::system_error& error) {
        problem = "no checkpoint: " + text_of(error);
        next_checkpoint_ = steady_clock::now() + options_.checkpoint_time;
    }
    if (const auto news = signing_.news(problem)) options_.complain(*news);
}

} // namespace sealgate::milter
