#include "milter/fleet/fleet_log.hpp"

#include "policy/audit/record_columns.hpp"
#include "policy/base/rfc3339.hpp"
#include "policy/base/text.hpp"

#include <utility>

namespace sealgate::milter {

namespace {

// What is nothing asks for nothing: the server plans each statement with its values.
constexpr const char* columns = "SELECT r.gateway, r.seq::text, r.line, r.octets FROM sealgate.record r ";
constexpr const char* conditions = "AND ($2::timestamptz IS NULL OR r.at >= $2) AND ($3::timestamptz IS NULL OR r.at < $3) "
                                   "AND ($4::text[] IS NULL OR r.id = ANY ($4)) AND r.seq >= $5 AND r.seq <= $6 ";

database_text list_or_null(const std::vector<std::string>& some) {
    if (some.empty()) return std::nullopt;
    return array_of(std::vector<database_text>(some.begin(), some.end()));
}

database_text time_or_null(const std::optional<std::chrono::system_clock::time_point>& when) {
    return when ? database_text(rfc3339(*when)) : std::nullopt;
}

// Those of these senders, by the index of that name; and what no copied field tells of: damaged lines, such as are no text, and
// starts, which say how the log goes on.
constexpr const char* of_senders = "AND (lower(r.sender COLLATE \"C\") = ANY ($7) OR r.event = 'start' OR r.line IS NULL "
                                   "OR (r.id IS NULL AND r.event IS NULL)) ";

// As the field is copied.
std::vector<std::string> copied(const std::vector<std::string>& senders) {
    std::vector<std::string> out;
    for (const auto& one : senders) {
        out.push_back(policy::column_text(one));
        for (auto& c : out.back()) c = text::to_lower(c);
    }
    return out;
}

// PostgreSQL's bigint ends before.
std::string number(std::uint64_t record) { return std::to_string(std::min<std::uint64_t>(record, INT64_MAX)); }

} // namespace

std::string fleet_place(const std::string& database, std::string_view gateway) {
    return gateway.empty() ? database : database + ", " + text::printable(gateway);
}

fleet_log::fleet_log(const database_url& database, fleet_question asked)
    : from_(database.url, -1, fleet_patience, database_use::by_reader)
    , database_(database.shown)
    , asked_(std::move(asked)) {}

bool fleet_log::has_hashed_people() {
    from_.begin("SELECT 1 FROM sealgate.record WHERE event = 'start' AND position('\"address_key\"' IN line) > 0 LIMIT 1");
    bool out = false;
    while (from_.next_row()) out = true;
    return out;
}

// One gateway's in the order of its records, by an index; all that came behind those that were told.
void fleet_log::begin() {
    const bool is_one = asked_.gateways.size() == 1;
    std::vector<database_text> names, last;
    for (const auto& [gateway, record] : behind_) {
        names.emplace_back(gateway);
        last.emplace_back(number(record));
    }
    const bool is_of_senders = !asked_.senders.empty() && !has_hashed_people();
    std::string statement = columns;
    if (!names.empty())
        statement += "LEFT JOIN unnest($8::text[], $9::bigint[]) told(gateway, seq) ON told.gateway = r.gateway ";
    statement += is_one ? "WHERE r.gateway = $1 " : "WHERE ($1::text[] IS NULL OR r.gateway = ANY ($1)) ";
    statement += conditions;
    statement += is_of_senders ? of_senders : "AND $7::text[] IS NULL ";
    if (!names.empty()) statement += "AND (told.seq IS NULL OR r.seq > told.seq) ";
    statement += is_one ? "ORDER BY r.seq" : "ORDER BY r.at, r.gateway, r.seq";
    std::vector<database_text> parameters{is_one ? database_text(asked_.gateways.front()) : list_or_null(asked_.gateways),
                                          time_or_null(asked_.since),
                                          time_or_null(asked_.until),
                                          list_or_null(asked_.ids),
                                          number(asked_.first_record),
                                          number(asked_.last_record),
                                          list_or_null(is_of_senders ? copied(asked_.senders) : std::vector<std::string>{})};
    if (!names.empty()) parameters.insert(parameters.end(), {array_of(names), array_of(last)});
    from_.begin(statement.c_str(), parameters);
    is_under_way_ = true;
}

void fleet_log::take(database_row& row, std::string& line) {
    gateway_ = std::move(row[0]).value_or("");
    const auto record = text::whole_number(row[1].value_or("")).value_or(0);
    behind_[gateway_] = std::max(behind_[gateway_], record);
    line = row[2] ? *std::move(row[2]) : std::move(row[3]).value_or("");
}

bool fleet_log::next(std::string& line) {
    if (!is_under_way_) begin();
    auto row = from_.next_row();
    is_under_way_ = row.has_value();
    if (row) take(*row, line);
    return row.has_value();
}

std::string fleet_log::place() const {
    return fleet_place(database_, gateway_.empty() && asked_.gateways.size() == 1 ? asked_.gateways.front() : gateway_);
}

fleet_checkpoints::fleet_checkpoints(const database_url& database, std::string gateway)
    : from_(database.url, -1, fleet_patience, database_use::by_reader)
    , place_("checkpoints in " + fleet_place(database.shown, gateway)) {
    const database_text parameters[] = {std::move(gateway)};
    from_.begin("SELECT line FROM sealgate.checkpoint WHERE gateway = $1 ORDER BY seq, arrived", parameters);
}

bool fleet_checkpoints::next(std::string& line) {
    auto row = is_at_end_ ? std::nullopt : from_.next_row();
    is_at_end_ = !row;
    if (row) line = std::move(row->front()).value_or("");
    return !is_at_end_;
}

} // namespace sealgate::milter
