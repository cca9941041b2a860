#include "milter/fleet/fleet.hpp"

#include "milter/fleet/fleet_log.hpp"
#include "policy/base/text.hpp"
#include "policy/proof/checkpoint.hpp"

#include <algorithm>
#include <utility>

namespace sealgate::milter {

namespace {

constexpr std::size_t most_gaps = 20; // told of one gateway

} // namespace

std::vector<fleet_gateway> fleet::gateways() const {
    database_connection from(database_.url, -1, fleet_patience, database_use::by_reader);
    std::vector<fleet_gateway> out;
    from.begin("SELECT p.gateway, (SELECT min(r.seq) FROM sealgate.record r WHERE r.gateway = p.gateway)::text, p.seq::text "
               "FROM sealgate.position p ORDER BY p.gateway");
    while (const auto row = from.next_row())
        out.push_back(
            {.name = (*row)[0].value_or(""), .first_record = number_in((*row)[1]), .last_record = number_in((*row)[2])});
    from.begin("SELECT gateway, first_record::text, last_record::text, why, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD') "
               "FROM sealgate.gap ORDER BY gateway, first_record");
    while (const auto row = from.next_row()) {
        const auto of = std::ranges::find(out, (*row)[0].value_or(""), &fleet_gateway::name);
        if (of == out.end() || of->gaps.size() == most_gaps) continue;
        of->gaps.push_back("the database says of " + policy::records(number_in((*row)[1]), number_in((*row)[2])) + ": " +
                           text::printable((*row)[3].value_or("")) + " (noted on " + (*row)[4].value_or("") + ")");
    }
    return out;
}

std::unique_ptr<log_lines> fleet::lines(fleet_question asked) const {
    return std::make_unique<fleet_log>(database_, std::move(asked));
}

std::unique_ptr<log_lines> fleet::checkpoints(const std::string& gateway) const {
    return std::make_unique<fleet_checkpoints>(database_, gateway);
}

} // namespace sealgate::milter
