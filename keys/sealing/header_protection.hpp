// Header protection, RFC 9788: the fields that readers see go inside the encryption too, and the Subject only there.
//
// Inside: From, To, Cc, Subject and the like as they are, HP-Outer for each of them that is shown outside as well, and
// hp="cipher" on the Content-Type; also protected-headers="v1", which is what most programs read today. Outside: Subject is
// "[...]"; Keywords and Comments are gone (the standard's hcp_baseline), and so are the fields in which tags stand, and what
// repeats the Subject, the text or a tag. Of addresses and message ids, which mail needs on its way, what else their fields say
// is gone then. For
// programs that know neither, the text begins with the Subject (keys/sealing/legacy_display). A message whose own Content-Type
// cannot be added to is put into a multipart of one part, and is itself left as it is. Pure.
#pragma once

#include "keys/sealing/pgp_mime.hpp"
#include "policy/base/octets.hpp"
#include "policy/mail/message.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::keys {

enum class subject_shown : std::uint8_t { outside, inside_only };

// What is not to be seen outside.
struct concealment {
    concealment(subject_shown where) // NOLINT: without tags it is that
        : subject(where) {}

    subject_shown subject;                // outside: all is to be seen
    std::vector<std::string> fields = {}; // in which tags stand
    std::vector<std::string> tags = {};   // which no field may say
};

// The plaintext to encrypt: with a protected header where the Subject is shown inside only. `boundary` as for
// make_envelope().
octet_pieces entity_to_seal(const policy::message& mail, const concealment& hidden, std::string_view boundary);

// What is shown outside of each of the message's fields: its value, another one, or nothing where the field goes.
std::vector<std::optional<std::string>> outer_values(const policy::message& mail, const concealment& hidden);

// The fields that are shown outside, with these values.
std::vector<policy::header_field> outer_fields(const policy::message& mail, const concealment& hidden);

// What comes to the outside behind them: MIME-Version: 1.0 and the Content-Type.
std::vector<policy::header_field> outer_additions(const pgp_mime_envelope& envelope);

// The message as it leaves: these fields, and the envelope's body.
policy::message sealed_message(const policy::message& mail, const concealment& hidden, const pgp_mime_envelope& envelope);

} // namespace sealgate::keys
