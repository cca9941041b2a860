#include "milter/sinks/database_destination.hpp"

#include "policy/audit/record_columns.hpp"
#include "policy/base/base64.hpp"
#include "policy/base/text.hpp"

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

namespace sealgate::milter {

namespace {

constexpr std::chrono::seconds database_patience{90}; // the server ends a statement after 60

database_text or_null(const std::string& text) { return text.empty() ? std::nullopt : database_text(text); }

// SQLSTATE classes of what the records are to blame for: data, constraints, limits.
bool is_about_records(const database_error& why) {
    constexpr std::string_view classes[] = {"22", "23", "54"};
    return std::ranges::find(classes, std::string_view(why.state).substr(0, 2)) != std::end(classes);
}

constexpr const char* append_statement =
    "SELECT sealgate.append($1, $2, $3, $4::timestamptz[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], "
    "$10::text[], $11::text[], $12::text[], $13::text[], $14::text[])";

std::vector<database_text> parameters_of(std::span<const record_batch::record> some, bool as_octets) {
    using columns = policy::record_columns;
    std::vector<columns> found;
    std::vector<database_text> lines, octets;
    for (const auto& one : some) {
        found.push_back(as_octets ? columns{} : policy::columns_of(one.line));
        // What PostgreSQL does not take as text is kept all the same.
        const bool is_text = !as_octets && is_database_text(one.line);
        lines.push_back(is_text ? database_text(one.line) : std::nullopt);
        octets.push_back(is_text ? std::nullopt : database_text(text::encode_base64(one.line)));
    }
    const auto column = [&](std::string columns::*which) {
        std::vector<database_text> out;
        for (const auto& one : found) out.push_back(or_null(one.*which));
        return array_of(out);
    };
    return {std::to_string(some.front().at.seq),
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
}

} // namespace

database_destination::database_destination(const database_url& to, const std::string& gateway,
                                           const std::filesystem::path& checkpoints, int stop)
    : to_(to.url, stop, database_patience) {
    const auto rows = to_.ask("SELECT gateway, seq, hash, checkpoint FROM sealgate.own_position()");
    const auto& row = rows.at(0);
    if (const auto named = row.at(0).value_or(""); named != gateway)
        throw another_log("this role writes there for \"" + text::printable(named) + "\", and this gateway is " + gateway +
                          " (gateway.name)");
    end_ = {.last_seq = number_in(row.at(1)), .last_hash = row.at(2).value_or("")};
    checkpoints_.emplace(checkpoints, number_in(row.at(3)));
}

bool database_destination::look() {
    settle();
    return checkpoints_->copy_to(to_, end_.last_seq);
}

void database_destination::append(record_batch some) {
    const auto parameters = parameters_of(some.records(), false);
    settle();
    to_.begin(append_statement, parameters);
    under_way_ = std::move(some);
}

// What became of those that are under way.
void database_destination::settle() {
    if (!under_way_) return;
    try {
        while (to_.next_row()) {
        }
    } catch (const database_error& why) {
        if (!is_about_records(why)) throw;
        to_.next_row(); // the end of that answer
        append_in_parts(under_way_->records());
    }
    end_ = under_way_->end();
    under_way_.reset();
}

// One record must not hold up all behind it, whatever is in it.
void database_destination::append_in_parts(std::span<const record_batch::record> some, bool as_octets) {
    try {
        to_.ask(append_statement, parameters_of(some, as_octets));
    } catch (const database_error& why) {
        if (!is_about_records(why) || as_octets) throw;
        if (some.size() == 1) return append_in_parts(some, true);
        append_in_parts(some.first(some.size() / 2));
        append_in_parts(some.subspan(some.size() / 2));
    }
}

} // namespace sealgate::milter
