#include "milter/sinks/batch.hpp"

#include "policy/audit/record_columns.hpp"
#include "policy/base/base64.hpp"
#include "policy/base/text.hpp"

#include <utility>

namespace sealgate::milter {

namespace {

constexpr std::size_t most_records = 1000;
constexpr std::size_t most_octets = std::size_t{4} << 20;

database_text or_null(std::string text) { return text.empty() ? std::nullopt : database_text(std::move(text)); }

} // namespace

bool record_batch::takes(const policy::link& at) const {
    if (lines_.empty()) return true;
    return at.seq == last_.seq + 1 && at.prev == last_.hash && lines_.size() < most_records && octets_ < most_octets;
}

void record_batch::add(const policy::link& at, const std::string& line) {
    if (lines_.empty()) {
        first_ = at.seq;
        before_ = at.prev;
    }
    last_ = at;
    octets_ += line.size();
    auto columns = policy::columns_of(line);
    times_.push_back(or_null(std::move(columns.time)));
    ids_.push_back(or_null(std::move(columns.id)));
    events_.push_back(or_null(std::move(columns.event)));
    queue_ids_.push_back(or_null(std::move(columns.queue_id)));
    senders_.push_back(or_null(std::move(columns.sender)));
    classifications_.push_back(or_null(std::move(columns.classification)));
    outcomes_.push_back(or_null(std::move(columns.outcome)));
    modes_.push_back(or_null(std::move(columns.mode)));
    policies_.push_back(or_null(std::move(columns.policy)));
    // What PostgreSQL does not take as text is kept all the same.
    const bool is_text = text::is_utf8(line) && !line.contains('\0');
    lines_.push_back(is_text ? database_text(line) : std::nullopt);
    octets_of_lines_.push_back(is_text ? std::nullopt : database_text(text::encode_base64(line)));
}

void record_batch::append_to(database_connection& to) const {
    const database_text parameters[] = {std::to_string(first_),
                                        before_,
                                        last_.hash,
                                        array_of(times_),
                                        array_of(ids_),
                                        array_of(events_),
                                        array_of(queue_ids_),
                                        array_of(senders_),
                                        array_of(classifications_),
                                        array_of(outcomes_),
                                        array_of(modes_),
                                        array_of(policies_),
                                        array_of(lines_),
                                        array_of(octets_of_lines_)};
    to.ask("SELECT sealgate.append($1, $2, $3, $4::timestamptz[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], "
           "$10::text[], $11::text[], $12::text[], $13::text[], $14::text[])",
           parameters);
}

} // namespace sealgate::milter
