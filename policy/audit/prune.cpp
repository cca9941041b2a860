#include "policy/audit/prune.hpp"

#include "policy/audit/chain.hpp"
#include "policy/audit/event.hpp"
#include "policy/audit/query.hpp"
#include "policy/base/rfc3339.hpp"
#include "policy/base/text.hpp"

#include <boost/json.hpp>

namespace sealgate::policy {

namespace {

namespace json = boost::json;

constexpr std::string_view name = "prune";

} // namespace

std::string prune_event(std::chrono::system_clock::time_point time, const pruning& of) {
    const json::object fields{{"first_record", of.first},
                              {"last_record", of.last},
                              {"head", of.head},
                              {"until", rfc3339(of.until)},
                              {"user", text::printable(of.user, longest_name)}};
    return event_fields(time, name, fields);
}

std::optional<pruning_told> pruning_told_in(std::string_view line) {
    if (line.find("\"event\":\"prune\"") == std::string_view::npos) return std::nullopt;
    const auto record = event_in(line);
    const auto at = record ? end_at(line) : std::unexpected(std::string{});
    if (!at || text_in(*record, "event") != name) return std::nullopt;
    const auto until = parse_rfc3339(text_in(*record, "until").value_or(""));
    const auto first = number_in(*record, "first_record"), last = number_in(*record, "last_record");
    if (!until || first == 0 || last < first || last >= at->last_seq) return std::nullopt;
    return pruning_told{.record = at->last_seq,
                        .time = std::string(text_in(*record, "time").value_or("")),
                        .what = {.first = first,
                                 .last = last,
                                 .head = std::string(text_in(*record, "head").value_or("")),
                                 .until = *until,
                                 .user = std::string(text_in(*record, "user").value_or(""))}};
}

std::string to_string(const pruning_told& told) {
    return records(told.what.first, told.what.last) + ", until " + rfc3339(told.what.until) + ", by " + told.what.user +
           ", as record " + std::to_string(told.record) + " says";
}

} // namespace sealgate::policy
