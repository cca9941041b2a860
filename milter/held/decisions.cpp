#include "milter/held/decisions.hpp"

#include "milter/audit/reader.hpp"
#include "policy/audit/query.hpp"
#include "policy/base/rfc3339.hpp"

#include <algorithm>
#include <chrono>
#include <optional>
#include <sys/stat.h>

namespace sealgate::milter {

namespace {

constexpr std::int64_t clocks_apart = 2; // seconds

// Most lines are of other mails, and not worth parsing.
std::string_view queue_id_in(std::string_view line) {
    constexpr std::string_view before = "\"queue_id\":\"";
    const auto at = line.find(before);
    if (at == std::string_view::npos) return {};
    line.remove_prefix(at + before.size());
    return line.substr(0, line.find('"'));
}

} // namespace

held_decision_search::held_decision_search(const std::vector<queue_entry>& held) {
    for (const auto& one : held) arrivals_.emplace(one.id, one.arrival);
}

void held_decision_search::see(std::string_view line) {
    const auto wanted = arrivals_.find(queue_id_in(line));
    if (wanted == arrivals_.end()) return;
    auto record = policy::record_in(line);
    if (!record || policy::text_in(*record, "outcome") != "hold") return;
    if (policy::text_in(*record, "mode") != "enforce") return; // in monitor mode it was let go: somebody else holds it
    const auto time = parse_rfc3339(policy::text_in(*record, "time").value_or(""));
    if (!time) return;
    const auto decided = std::chrono::duration_cast<std::chrono::seconds>(time->time_since_epoch()).count();
    if (decided + clocks_apart < wanted->second) return; // a mail before it had the id
    found_.insert_or_assign(wanted->first, *std::move(record));
}

held_decisions find_held_decisions(const std::filesystem::path& log, const std::vector<queue_entry>& held) {
    if (held.empty() || log_files(log).empty()) return {};
    held_decision_search search(held);
    const auto oldest = std::ranges::min(held, {}, &queue_entry::arrival).arrival - clocks_apart;
    audit_reader reader(log, [oldest](const std::filesystem::path&, const keys::open_file& in) -> std::optional<chosen_lines> {
        const auto status = in.status();
        if (status.st_mtim.tv_sec >= oldest) return std::nullopt;
        return chosen_lines{.begins = {}, .covered = status.st_size}; // nothing in it is of what is held now
    });
    for (std::string line; reader.next(line);) search.see(line);
    return search.take();
}

} // namespace sealgate::milter
