// Gathers one transaction from its events, within bounds.
//
// The message's octets are counted as policy::size_of counts them, to the end, kept or not. Past the limit
// nothing more is kept and the transaction says `truncated`. The recipients' octets have the same limit of
// their own, so that the size stays the message's. `most_entries` bounds what many tiny fields cost beyond
// their octets.
// Tested by protocol/collector_test and session_test.
#pragma once

#include "milter/protocol/payloads.hpp"
#include "milter/protocol/transaction.hpp"
#include "policy/base/octets.hpp"

#include <cstddef>
#include <memory>
#include <string_view>
#include <system_error>
#include <utility>

namespace sealgate::milter {

inline constexpr std::size_t most_entries = 50'000; // fields and recipients: some 6 MB of bookkeeping

class collector {
public:
    // `envelope` brings what is known at MAIL; `limit` is in octets; the body comes into being in `room`. Where that throws
    // std::system_error, the transaction says what was `lost`.
    collector(transaction envelope, std::size_t limit, octet_room room)
        : collected_(std::move(envelope))
        , limit_(limit)
        , room_(std::move(room)) {}

    void add_recipient(const envelope_event& said);

    // The value is everything after the colon; folds are one LF.
    void add_field(std::string_view name, std::string_view value);
    void end_header();
    void add_body(std::string_view piece);

    // Octets of memory that fields and recipients take, about.
    std::size_t held() const { return held_; }

    // The transaction, moved out. The collector is of no further use.
    transaction finish(std::string_view queue_id);

private:
    bool keeps(std::size_t octets);
    void lose(const std::system_error& problem);

    transaction collected_;
    std::size_t limit_;
    octet_room room_;
    std::unique_ptr<octet_writer> body_; // from its first octet on
    std::size_t recipient_octets_ = 0;
    std::size_t entries_ = 0;
    std::size_t held_ = 0;
};

} // namespace sealgate::milter
