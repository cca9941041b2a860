#include "milter/gateway/leaving_size.hpp"

#include <algorithm>

namespace sealgate::milter {

namespace {

constexpr std::uint64_t content_type = 160; // of multipart/encrypted, with its boundary
constexpr std::uint64_t received = 1024;    // what Postfix puts in front: Received fields, the client's name
constexpr std::uint64_t record = 32;        // around each address in the queue file

// Each recipient stands there as they were named, as they are now, and as the sender of reports calls them.
std::uint64_t envelope_of(const transaction& mail) {
    constexpr std::uint64_t times = 4;
    std::uint64_t out = received + mail.sender.spelled.size() + record;
    for (const auto& who : mail.recipients) out += times * (who.spelled.size() + record);
    for (const auto& wishes : mail.recipients_dsn) out += wishes.notify.size() + wishes.orcpt.size();
    return out;
}

} // namespace

leaving_size::leaving_size(const transaction& mail, const policy::message& leaving, const keys::concealment& hidden)
    : header_(size_of(keys::sealed_message(leaving, hidden, {.content_type = {}, .body = {}})) + content_type)
    , replaced_(size_of(mail.mail) - mail.mail.body.size())
    , envelope_(envelope_of(mail))
    , original_(size_of(leaving)) {}

void leaving_size::add_in_hand(std::size_t body) { largest_ = std::max(largest_, header_ + body + replaced_ + envelope_); }

void leaving_size::add_copy(std::size_t body) {
    copies_ += header_ + body;
    largest_ = std::max(largest_, header_ + body + envelope_);
}

void leaving_size::add_original() { copies_ += original_; }

} // namespace sealgate::milter
