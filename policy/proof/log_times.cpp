#include "policy/proof/log_times.hpp"

#include "policy/audit/chain.hpp"
#include "policy/audit/event.hpp"
#include "policy/audit/query.hpp"
#include "policy/base/rfc3339.hpp"

#include <charconv>

namespace sealgate::policy {

namespace {

// A decision has the time at which it began, and others may have been recorded meanwhile.
constexpr std::chrono::minutes longest_decision{10};
constexpr std::string_view seq_mark = "{\"seq\":", time_mark = ",\"time\":\"";

struct placed_time {
    std::uint64_t record = 0;
    std::string_view text;
};

std::optional<placed_time> placed_time_in(std::string_view line) {
    placed_time out;
    if (!line.starts_with(seq_mark)) return std::nullopt;
    line.remove_prefix(seq_mark.size());
    const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), out.record);
    if (error != std::errc{}) return std::nullopt;
    line.remove_prefix(static_cast<std::size_t>(end - line.data()));
    if (!line.starts_with(time_mark)) return std::nullopt;
    line.remove_prefix(time_mark.size());
    out.text = line.substr(0, line.find('"'));
    return out;
}

bool begins_a_run(std::string_view line) {
    const auto event = event_in(line);
    return event && text_in(*event, "event") == name_of(gateway_event::start);
}

// What waited for its place in the log keeps its time: what a command did, and what was seen beside the mail.
bool keeps_its_time(std::string_view line) { return event_in(line) && !begins_a_run(line); }

} // namespace

void log_times::add(std::string note) {
    constexpr std::size_t most = 20;
    if (notes_.size() < most)
        notes_.push_back(std::move(note));
    else
        ++more_;
}

// One record alone may have waited for its place: a decision that was written again, for one. Two in a row have not.
void log_times::see(std::string_view line) {
    const auto at = placed_time_in(line);
    if (!at) return;
    see_jump(line);
    if (at->text >= latest_) {
        latest_ = at->text;
        latest_record_ = at->record;
        behind_.reset();
        return;
    }
    if (keeps_its_time(line)) return;
    const auto before = parse_rfc3339(latest_), now = parse_rfc3339(at->text);
    if (!before || !now || *before - *now <= longest_decision) return;
    if (!behind_ && !begins_a_run(line)) {
        behind_.emplace(at->record, at->text);
        return;
    }
    const auto [record, time] = behind_.value_or(std::pair(at->record, std::string(at->text)));
    add("the clock went back before record " + std::to_string(record) + ": from " + latest_ + " (record " +
        std::to_string(latest_record_) + ") to " + time);
    latest_ = at->text;
    latest_record_ = at->record;
    behind_.reset();
}

void log_times::see_jump(std::string_view line) {
    const auto event = event_in(line);
    if (!event || text_in(*event, "event") != name_of(gateway_event::clock_jumped)) return;
    const auto* by = event->if_contains("seconds");
    if (by && by->is_int64())
        add("record " + std::to_string(number_in(*event, "seq")) + " says that the clock jumped by " +
            std::to_string(by->as_int64()) + " s at " + std::string(text_in(*event, "time").value_or("?")));
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
