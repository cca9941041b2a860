// Handing one message over by SMTP (RFC 5321), to a server that is near: Postfix's submit port.
//
// One connection, one message; every wait has a deadline. What is said, and what the answers mean, is smtp_dialogue's; here are
// the socket and the clock. What is no reply ends the conversation.
#pragma once

#include "milter/outbox/smtp_dialogue.hpp"
#include "milter/settings/endpoint.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace sealgate::milter {

struct smtp_deadlines {
    std::chrono::milliseconds step{30'000};
    std::chrono::milliseconds end_of_message{300'000}; // Postfix syncs its queue file, and may ask others
};

// Called when all but the final dot was sent, with the indices of the recipients that were accepted. If it
// throws, the final dot is not sent.
using before_the_end = std::function<boost::asio::awaitable<void>(std::vector<std::size_t> accepted)>;

// Never throws for what the server does. The result is there with the answer to the final dot; QUIT follows on its own, so
// that nothing stands between that answer and its record.
boost::asio::awaitable<handed_over> hand_over(inet_endpoint server, outgoing_mail mail, smtp_deadlines deadlines,
                                              before_the_end about_to_end);

// The largest message that the server says it takes, in octets (RFC 1870); nothing where it names no limit. The error says why
// it could not be asked.
boost::asio::awaitable<std::expected<std::optional<std::uint64_t>, std::string>> ask_size_limit(inet_endpoint server,
                                                                                                smtp_deadlines deadlines);

} // namespace sealgate::milter
