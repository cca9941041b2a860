#include "policy/proof/log_times.hpp"

#include "policy/audit/chain.hpp"
#include "policy/audit/event.hpp"
#include "policy/audit/query.hpp"
#include "policy/base/rfc3339.hpp"

#include <boost/json/value.hpp>

namespace sealgate::policy {

namespace {

// A decision has the time at which it began, and others may have been recorded meanwhile.
constexpr std::chrono::minutes longest_decision{10};

} // namespace

void log_times::add(std::string note) {
    constexpr std::size_t most = 20;
    if (notes_.size() < most)
        notes_.push_back(std::move(note));
    else
        ++more_;
}

// What waited for its place in the log keeps its time: what a command did, and what was seen beside the mail. So may a decision
// that was written again; two in a row have not waited.
void log_times::see(std::string_view line) {
    const auto record = seq_of(line);
    const auto time = time_text_of(line);
    if (!record || time.empty()) return;
    const auto event = event_in(line);
    const auto what = event ? text_in(*event, "event") : std::nullopt;
    if (what == name_of(gateway_event::clock_jumped)) see_jump(*event);
    if (time >= latest_) return go_on_from(*record, time);
    const bool is_start = what == name_of(gateway_event::start);
    if (event && !is_start) return;
    const auto before = parse_rfc3339(latest_), now = parse_rfc3339(time);
    if (!before || !now || *before - *now <= longest_decision) return;
    if (!behind_ && !is_start) {
        behind_.emplace(*record, time);
        return;
    }
    const auto [first, since] = behind_.value_or(std::pair(*record, std::string(time)));
    add("the clock went back before record " + std::to_string(first) + ": from " + latest_ + " (record " +
        std::to_string(latest_record_) + ") to " + since);
    go_on_from(*record, time);
}

void log_times::go_on_from(std::uint64_t record, std::string_view time) {
    latest_ = time;
    latest_record_ = record;
    behind_.reset();
}

void log_times::see_jump(const boost::json::object& event) {
    const auto* by = event.if_contains("seconds");
    if (by && by->is_int64())
        add("record " + std::to_string(number_in(event, "seq")) + " says that the clock jumped by " +
            std::to_string(by->as_int64()) + " s at " + std::string(text_in(event, "time").value_or("?")));
}

std::vector<std::string> log_times::notes(std::chrono::system_clock::time_point now) const {
    auto out = notes_;
    if (more_ > 0) out.push_back("the clock went back, or jumped, " + std::to_string(more_) + " times more");
    if (const auto latest = parse_rfc3339(latest_); latest && *latest > now + longest_decision)
        out.push_back("record " + std::to_string(latest_record_) + " is of " + latest_ +
                      ", which is not yet: by this machine's clock it is " + rfc3339(now));
    return out;
}

} // namespace sealgate::policy
