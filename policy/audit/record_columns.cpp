#include "policy/audit/record_columns.hpp"

#include "policy/audit/query.hpp"
#include "policy/base/rfc3339.hpp"
#include "policy/base/text.hpp"

namespace sealgate::policy {

namespace {

constexpr std::size_t longest_column = 320; // an index of PostgreSQL takes rows of 2704 octets

} // namespace

std::string column_text(std::string_view field) { return text::printable(field, longest_column); }

record_columns columns_of(std::string_view line) {
    const auto record = record_in(line);
    if (!record) return {};
    const auto field = [&](std::string_view name) { return column_text(text_in(*record, name).value_or("")); };
    record_columns out{.time = field("time"),
                       .id = field("id"),
                       .event = field("event"),
                       .queue_id = field("queue_id"),
                       .sender = field("sender"),
                       .classification = field("classification"),
                       .outcome = field("outcome"),
                       .mode = field("mode"),
                       .policy = field("policy")};
    const auto time = parse_rfc3339(out.time);
    out.time = time ? rfc3339(*time) : "";
    return out;
}

} // namespace sealgate::policy
