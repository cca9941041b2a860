#include "keys/sealing/pgp_mime.hpp"

#include "keys/openpgp/armor.hpp"
#include "policy/base/text.hpp"

#include <array>
#include <cassert>

namespace sealgate::keys {

namespace {

// Signatures over a body, and counts of it, that are wrong once it is another.
constexpr auto broken_by_sealing =
    std::to_array<std::string_view>({"DKIM-Signature", "DomainKey-Signature", "X-Google-DKIM-Signature", "ARC-Seal",
                                     "ARC-Message-Signature", "ARC-Authentication-Results", "Lines"});

} // namespace

bool stays_outside(std::string_view name) {
    return !policy::describes_body(name) && !text::iequals(name, "MIME-Version") && !text::is_one_of(name, broken_by_sealing);
}

octet_pieces inner_entity(const policy::message& mail) {
    std::string header;
    for (const auto& field : mail.fields)
        if (policy::describes_body(field.name)) policy::append_field(header, field);
    return {std::move(header.append("\r\n")), mail.body};
}

pgp_mime_envelope make_envelope(std::string_view ciphertext, std::string_view boundary, const octet_room& room) {
    assert(!boundary.empty() && boundary.size() <= 70);
    const auto delimiter = "--" + std::string(boundary);
    const auto above = "This is an OpenPGP/MIME encrypted message (RFC 4880 and 3156).\r\n"
                       "To read it you need a mail program with OpenPGP, and your key.\r\n\r\n" +
                       delimiter +
                       "\r\n"
                       "Content-Type: application/pgp-encrypted\r\n"
                       "Content-Description: PGP/MIME version identification\r\n\r\n"
                       "Version: 1\r\n\r\n" +
                       delimiter +
                       "\r\n"
                       "Content-Type: application/octet-stream; name=\"encrypted.asc\"\r\n"
                       "Content-Description: OpenPGP encrypted message\r\n"
                       "Content-Disposition: inline; filename=\"encrypted.asc\"\r\n\r\n";
    const auto below = "\r\n" + delimiter + "--\r\n";
    const auto body = room(above.size() + armored_size(ciphertext.size()) + below.size());
    body->append(above);
    append_armored(*body, ciphertext);
    body->append(below);
    return {.content_type =
                "multipart/encrypted; protocol=\"application/pgp-encrypted\"; boundary=\"" + std::string(boundary) + "\"",
            .body = body->finish()};
}

} // namespace sealgate::keys
