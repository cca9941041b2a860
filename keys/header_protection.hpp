// Header protection, RFC 9788: the fields that readers see go inside the encryption too, and the Subject only there.
//
// Inside: From, To, Cc, Subject and the like as they are, HP-Outer for each of them that is shown outside as well, and
// hp="cipher" on the Content-Type; also protected-headers="v1", which is what most programs read today. Outside: Subject is
// "[...]"; Keywords and Comments are gone (the standard's hcp_baseline). For programs that know neither, the text begins
// with the Subject (keys/legacy_display). A message whose own Content-Type cannot be added to is put into a multipart of
// one part, and is itself left as it is. Pure.
#pragma once

#include "keys/pgp_mime.hpp"
#include "policy/message.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace sealgate::keys {

enum class subject_shown : std::uint8_t { outside, inside_only };

// The plaintext to encrypt: with a protected header where the Subject is shown inside only. `boundary` as for
// make_envelope().
std::string entity_to_seal(const policy::message& mail, subject_shown where, std::string_view boundary);

// What the Subject is outside then: a field's value.
inline constexpr std::string_view hidden_subject = " [...]";

// The other fields that go inside only.
inline constexpr std::string_view hidden_fields[] = {"Keywords", "Comments"};

// The message as it leaves: what stays outside, MIME-Version: 1.0, Content-Type, the envelope's body.
policy::message sealed_message(const policy::message& mail, subject_shown where, const pgp_mime_envelope& envelope);

} // namespace sealgate::keys
