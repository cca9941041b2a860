// The first exchange of a milter connection (SMFIC_OPTNEG): what the mail server offers, what we take of it.
//
// We take every "no reply" bit, so that a message streams past and only its end waits for an answer, and we
// leave out the events that decide nothing (HELO, DATA, unknown commands). A server that offers less gets a
// reply to each event. A missing action is no error here: ask can(), and defer what needs it. Refuses
// versions below 2 and offers that are not three integers.
#pragma once

#include "milter/protocol/wire.hpp"

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

namespace sealgate::milter {

enum class action_bit : std::uint32_t {
    add_header = 0x001,       // SMFIF_ADDHDRS
    replace_body = 0x002,     // SMFIF_CHGBODY
    add_recipient = 0x004,    // SMFIF_ADDRCPT
    delete_recipient = 0x008, // SMFIF_DELRCPT
    change_header = 0x010,    // SMFIF_CHGHDRS
    quarantine = 0x020,       // SMFIF_QUARANTINE
    set_macros = 0x100,       // SMFIF_SETSYMLIST
};

enum class protocol_bit : std::uint32_t {
    no_helo = 0x2,                       // SMFIP_NOHELO
    no_reply_to_header = 0x80,           // SMFIP_NR_HDR
    no_unknown = 0x100,                  // SMFIP_NOUNKNOWN
    no_data = 0x200,                     // SMFIP_NODATA
    no_reply_to_connect = 0x1000,        // SMFIP_NR_CONN
    no_reply_to_helo = 0x2000,           // SMFIP_NR_HELO
    no_reply_to_mail = 0x4000,           // SMFIP_NR_MAIL
    no_reply_to_rcpt = 0x8000,           // SMFIP_NR_RCPT
    no_reply_to_data = 0x10000,          // SMFIP_NR_DATA
    no_reply_to_unknown = 0x20000,       // SMFIP_NR_UNKN
    no_reply_to_end_of_header = 0x40000, // SMFIP_NR_EOH
    no_reply_to_body = 0x80000,          // SMFIP_NR_BODY
    leading_space = 0x100000,            // SMFIP_HDR_LEADSPC: header values keep the space behind the colon
};

struct offer {
    std::uint32_t version;
    std::uint32_t actions;
    std::uint32_t protocol;
};

// What holds on this connection. Nothing does before the negotiation.
struct agreement {
    std::uint32_t version = 0;
    std::uint32_t actions = 0;
    std::uint32_t protocol = 0;

    bool can(action_bit) const;
    bool has(protocol_bit) const;

    // Whether the server waits for an answer to that command.
    bool reply_due(command) const;
};

std::expected<offer, protocol_error> read_offer(std::string_view payload);

agreement agree_on(const offer&);

// The reply frame: the agreement and, where we may, the macros that we ask for.
std::string negotiation_reply(const agreement&);

} // namespace sealgate::milter
