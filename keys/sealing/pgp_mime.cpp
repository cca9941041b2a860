#include "keys/sealing/pgp_mime.hpp"

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

std::string inner_entity(const policy::message& mail) {
    std::string out;
    out.reserve(mail.body.size() + 1024);
    for (const auto& field : mail.fields)
        if (policy::describes_body(field.name)) policy::append_field(out, field);
    return out.append("\r\n").append(mail.body);
}

pgp_mime_envelope make_envelope(std::string_view armored, std::string_view boundary) {
    assert(!boundary.empty() && boundary.size() <= 70 && !armored.contains(boundary));
    const auto delimiter = "--" + std::string(boundary);
    pgp_mime_envelope out;
    out.content_type =
        "multipart/encrypted; protocol=\"application/pgp-encrypted\"; boundary=\"" + std::string(boundary) + "\"";
    out.body.reserve(armored.size() + 1024);
    out.body
        .append("This is an OpenPGP/MIME encrypted message (RFC 4880 and 3156).\r\n"
                "To read it you need a mail program with OpenPGP, and your key.\r\n\r\n")
        .append(delimiter)
        .append("\r\n"
                "Content-Type: application/pgp-encrypted\r\n"
                "Content-Description: PGP/MIME version identification\r\n\r\n"
                "Version: 1\r\n\r\n")
        .append(delimiter)
        .append("\r\n"
                "Content-Type: application/octet-stream; name=\"encrypted.asc\"\r\n"
                "Content-Description: OpenPGP encrypted message\r\n"
                "Content-Disposition: inline; filename=\"encrypted.asc\"\r\n\r\n")
        .append(armored)
        .append("\r\n")
        .append(delimiter)
        .append("--\r\n");
    return out;
}

} // namespace sealgate::keys
