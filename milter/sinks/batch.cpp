#include "milter/sinks/batch.hpp"

#include "policy/base/base64.hpp"

#include <algorithm>
#include <string_view>

namespace sealgate::milter {

namespace {

constexpr std::size_t most_records = 1000;
constexpr std::size_t most_octets = std::size_t{4} << 20;

database_text or_null(const std::string& text) { return text.empty() ? std::nullopt : database_text(text); }

// SQLSTATE classes of what the records are to blame for: data, constraints, limits.
bool is_about_records(const database_error& why) {
    constexpr std::string_view classes[] = {"22", "23", "54"};
    return std::ranges::find(classes, std::string_view(why.state).substr(0, 2)) != std::end(classes);
}

} // namespace

bool record_batch::takes(const policy::link& at) const {
    if (records_.empty()) return true;
    return at.seq == last().seq + 1 && at.prev == last().hash && records_.size() < most_records && octets_ < most_octets;
}

void record_batch::add(const policy::link& at, const std::string& line) {
    records_.push_back({.at = at, .line = line, .columns = policy::columns_of(line)});
    octets_ += line.size();
}

void record_batch::append_to(database_connection& to) const { append(to, records_); }

// One record must not hold up all behind it, whatever is in it.
void record_batch::append(database_connection& to, std::span<const record> some, bool as_octets) {
    const auto column = [&](std::string policy::record_columns::*which) {
        std::vector<database_text> out;
        for (const auto& one : some) out.push_back(as_octets ? std::nullopt : or_null(one.columns.*which));
        return array_of(out);
    };
    std::vector<database_text> lines, octets;
    for (const auto& one : some) {
        // What PostgreSQL does not take as text is kept all the same.
        const bool is_text = !as_octets && is_database_text(one.line);
        lines.push_back(is_text ? database_text(one.line) : std::nullopt);
        octets.push_back(is_text ? std::nullopt : database_text(text::encode_base64(one.line)));
    }
    using columns = policy::record_columns;
    const database_text parameters[] = {std::to_string(some.front().at.seq),
                                        some.front().at.prev,
                                        some.back().at.hash,
                                        column(&columns::time),
                                        column(&columns::id),
                                        column(&columns::event),
                                        column(&columns::queue_id),
                                        column(&columns::sender),
                                        column(&columns::classification),
                                        column(&columns::outcome),
                                        column(&columns::mode),
                                        column(&columns::policy),
                                        array_of(lines),
                                        array_of(octets)};
    try {
        to.ask(
            "SELECT sealgate.append($1, $2, $3, $4::timestamptz[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], "
            "$10::text[], $11::text[], $12::text[], $13::text[], $14::text[])",
            parameters);
    } catch (const database_error& why) {
        if (!is_about_records(why) || as_octets) throw;
        if (some.size() == 1) return append(to, some, true);
        append(to, some.first(some.size() / 2));
        append(to, some.subspan(some.size() / 2));
    }
}

} // namespace sealgate::milter
