#include "milter/journal/entry.hpp"

namespace sealgate::milter {

namespace {

void add(std::string& to, std::string_view name, std::string_view value) {
    if (value.empty() || value.find('\n') != std::string_view::npos) return;
    to.append(name).append("=").append(value).append("\n");
}

} // namespace

std::string journal_datagram(level of, std::string_view text, const log_fields& fields) {
    std::string out;
    add(out, "MESSAGE", text);
    add(out, "PRIORITY", std::to_string(static_cast<int>(of)));
    add(out, "SYSLOG_IDENTIFIER", "sealgate");
    add(out, "SEALGATE_DECISION", fields.decision);
    add(out, "SEALGATE_QUEUE_ID", fields.queue_id);
    add(out, "SEALGATE_OUTCOME", fields.outcome);
    return out;
}

} // namespace sealgate::milter
