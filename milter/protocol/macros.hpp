// The macros of one milter connection (SMFIC_MACRO): facts about client and message that the server sends
// ahead of events.
//
// Kept per event, as they came; looked up in the event at hand, then in those before it. Names match with and
// without braces: servers echo the spelling that was asked for. A new packet for an event replaces that
// event's macros, and a packet may be empty, or come for an event that never does. Memory: one frame an event
// at most.
#pragma once

#include "milter/protocol/wire.hpp"

#include <array>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

namespace sealgate::milter {

class macro_table {
public:
    // The payload: the letter of an event, then names and values in turn, each with its NUL.
    std::expected<void, protocol_error> take(std::string_view payload);

    // Empty where the server did not send it. The view lives until the table changes.
    std::string_view value(command at, std::string_view name) const;

    // Forgets what belongs to a message (MAIL and later), keeps what belongs to the client.
    void drop_message();
    void drop_all();

private:
    std::array<std::string, 10> packets_; // names and values as received, one packet an event
};

} // namespace sealgate::milter
