#include "milter/protocol/negotiation.hpp"

#include "policy/base/bytes.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace sealgate::milter {

namespace {

constexpr std::uint32_t oldest_version = 2;
constexpr std::uint32_t newest_version = 6;

template <class... Bits>
constexpr std::uint32_t set_of(Bits... bits) {
    return (0U | ... | std::to_underlying(bits));
}

constexpr auto wanted_actions =
    set_of(action_bit::add_header, action_bit::replace_body, action_bit::add_recipient, action_bit::delete_recipient,
           action_bit::change_header, action_bit::quarantine, action_bit::set_macros);

struct dated_bit {
    protocol_bit bit;
    std::uint32_t since; // the first version that knows it
};

// no_reply_to_header is older than its family: Postfix offers it to version 2 (milter_protocol = 2
// no_header_reply).
constexpr auto wanted_protocol = std::to_array<dated_bit>({
    {protocol_bit::no_reply_to_header, 2},
    {protocol_bit::no_unknown, 3},
    {protocol_bit::no_data, 4},
    {protocol_bit::no_reply_to_connect, 6},
    {protocol_bit::no_reply_to_helo, 6},
    {protocol_bit::no_reply_to_mail, 6},
    {protocol_bit::no_reply_to_rcpt, 6},
    {protocol_bit::no_reply_to_data, 6},
    {protocol_bit::no_reply_to_unknown, 6},
    {protocol_bit::no_reply_to_end_of_header, 6},
    {protocol_bit::no_reply_to_body, 6},
    {protocol_bit::leading_space, 6},
});

struct macro_list {
    std::uint32_t stage; // SMFIM_*
    std::string_view names;
};

// An empty list would keep the server's own, which may be long, so `i` stands where nothing is needed. It is
// the cheapest: the server sends only macros that have a value, and header and body repeat theirs with every
// event.
constexpr auto wanted_macros = std::to_array<macro_list>({
    {0, "j"},               // SMFIM_CONNECT: what the server calls itself
    {1, "i"},               // SMFIM_HELO
    {2, "i {auth_authen}"}, // SMFIM_ENVFROM
    {3, "i"},               // SMFIM_ENVRCPT
    {4, "i"},               // SMFIM_DATA
    {5, "i"},               // SMFIM_EOM, and every BODY
    {6, "i"},               // SMFIM_EOH, and every HEADER
});

} // namespace

bool agreement::can(action_bit action) const { return (actions & std::to_underlying(action)) != 0; }

bool agreement::has(protocol_bit bit) const { return (protocol & std::to_underlying(bit)) != 0; }

bool agreement::reply_due(command letter) const {
    using enum protocol_bit;
    switch (letter) {
    case command::connect: return !has(no_reply_to_connect);
    case command::helo: return !has(no_reply_to_helo);
    case command::mail: return !has(no_reply_to_mail);
    case command::rcpt: return !has(no_reply_to_rcpt);
    case command::data: return !has(no_reply_to_data);
    case command::header: return !has(no_reply_to_header);
    case command::end_of_header: return !has(no_reply_to_end_of_header);
    case command::body: return !has(no_reply_to_body);
    case command::unknown: return !has(no_reply_to_unknown);
    case command::negotiate:
    case command::end_of_body: return true;
    case command::macros:
    case command::abort:
    case command::quit:
    case command::quit_new: return false;
    }
    std::unreachable();
}

std::expected<offer, protocol_error> read_offer(std::string_view payload) {
    bytes::cursor cursor(payload);
    const auto version = cursor.u32();
    const auto actions = cursor.u32();
    const auto protocol = cursor.u32();
    if (!protocol || !cursor.at_end())
        return std::unexpected(protocol_error{"OPTNEG of " + std::to_string(payload.size()) + " bytes where 12 are due"});
    if (*version < oldest_version)
        return std::unexpected(protocol_error{"protocol version " + std::to_string(*version) + " offered, 2 to 6 are spoken"});
    return offer{.version = *version, .actions = *actions, .protocol = *protocol};
}

agreement agree_on(const offer& offered) {
    agreement agreed{.version = std::min(newest_version, offered.version), .actions = wanted_actions & offered.actions};
    if (agreed.version < newest_version) agreed.actions &= ~set_of(action_bit::set_macros);
    for (const auto& [bit, since] : wanted_protocol)
        if (agreed.version >= since) agreed.protocol |= std::to_underlying(bit) & offered.protocol;
    return agreed;
}

std::string negotiation_reply(const agreement& agreed) {
    std::string payload;
    bytes::appender appender(payload);
    appender.u32(agreed.version).u32(agreed.actions).u32(agreed.protocol);
    if (agreed.can(action_bit::set_macros))
        for (const auto& [stage, names] : wanted_macros) appender.u32(stage).c_string(names);
    return frame_of(reply::negotiate, payload);
}

} // namespace sealgate::milter
