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

// What waited for its place in the log keeps its time: what a command did, and what was seen beside the mail.
bool keeps_its_time(std::string_view line) {
    const auto event = event_in(line);
    if (!event) return false;
    const auto what = text_in(*event, "event").value_or("");
    return what != name_of(gateway_event::start) && what != name_of(gateway_event::stop) &&
           what != name_of(gateway_event::reload);
}

} // namespace

void log_times::add(std::string note) {
    constexpr std::size_t most = 20;
    if (notes_.size() < most)
        notes_.push_back(std::move(note));
    else
        ++more_;
}

void log_times::see(std::string_view line) {
    const auto at = placed_time_in(line);
    if (!at) return;
    see_jump(line);
    if (at->text >= latest_) {
        latest_ = at->text;
        latest_record_ = at->record;
        is_back_ = false;
        return;
    }
    if (is_back_ || keeps_its_time(line)) return;
    const auto before = parse_rfc3339(latest_), now = parse_rfc3339(at->text);
    if (!before || !now || *before - *now <= longest_decision) return;
    is_back_ = true;
    add("the clock went back before record " + std::to_string(at->record) + ": from " + latest_ + " (record " +
        std::to_string(latest_record_) + ") to " + std::string(at->text));
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
