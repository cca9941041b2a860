#include "milter/protocol/collector.hpp"

#include "milter/base/exception_text.hpp"

#include <algorithm>
#include <utility>

namespace sealgate::milter {

namespace {

// What a vector keeps for each beside its octets; it may be half empty.
constexpr std::size_t of_field = 2 * sizeof(policy::header_field),
                      of_recipient = 2 * sizeof(policy::address) + 2 * sizeof(dsn_of_recipient);

} // namespace

void collector::add_recipient(const envelope_event& said) {
    dsn_of_recipient dsn;
    for (const auto parameter : said.parameters) take_parameter(dsn, parameter);
    recipient_octets_ += said.path.size() + dsn.notify.size() + dsn.orcpt.size();
    ++entries_;
    if (!keeps(recipient_octets_)) return;
    collected_.deletions_may_miss |= !said.path.starts_with('<');
    held_ += of_recipient + 3 * said.path.size() + dsn.notify.size() + dsn.orcpt.size();
    collected_.recipients.push_back(policy::parse_address(said.path));
    collected_.recipients_dsn.push_back(std::move(dsn));
}

void collector::add_field(std::string_view name, std::string_view value) {
    constexpr std::size_t colon_and_crlf = 3;
    const auto folds = static_cast<std::size_t>(std::ranges::count(value, '\n')); // a CR comes back before each
    collected_.size += name.size() + value.size() + folds + colon_and_crlf;
    ++entries_;
    if (!keeps(collected_.size)) return;
    held_ += of_field + name.size() + value.size();
    collected_.mail.fields.push_back({.name = std::string(name), .value = std::string(value)});
}

void collector::end_header() {
    collected_.size += 2;
    (void)keeps(collected_.size);
}

void collector::add_body(std::string_view piece) {
    collected_.size += piece.size();
    if (!keeps(collected_.size)) return;
    try {
        if (!body_) body_ = room_(piece.size());
        body_->append(piece);
    } catch (const std::system_error& problem) {
        lose(problem);
    }
}

transaction collector::finish(std::string_view queue_id) {
    collected_.queue_id = queue_id;
    try {
        if (body_) collected_.mail.body = body_->finish();
    } catch (const std::system_error& problem) {
        lose(problem);
    }
    return std::move(collected_);
}

void collector::lose(const std::system_error& problem) {
    body_.reset();
    collected_.truncated = true;
    collected_.lost = text_of(problem);
}

// Once over a limit, nothing more is kept: what follows a gap must not pass for the message.
bool collector::keeps(std::size_t octets) {
    if (octets > limit_ || entries_ > most_entries) collected_.truncated = true;
    return !collected_.truncated;
}

} // namespace sealgate::milter
