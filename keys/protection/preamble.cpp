#include "keys/protection/preamble.hpp"

#include "policy/base/text.hpp"

#include <algorithm>
#include <array>

namespace sealgate::keys {

namespace {

struct sentence {
    std::string_view line; // a whole line, without full stops at its end
    std::string_view programs;
};

constexpr auto known_sentences = std::to_array<sentence>({
    {"This is an OpenPGP/MIME encrypted message (RFC 2440 and 3156)", "Apple Mail with GPG Suite, old Enigmail"},
    {"This is an OpenPGP/MIME encrypted message (RFC 2400 and 3156)", "a package of Django, which means RFC 2440"},
    {"This is an OpenPGP/MIME encrypted message (RFC 4880 and 3156)", "Thunderbird, Enigmail, Mailvelope, sealgate"},
    {"This is an OpenPGP/MIME encrypted message (RFC 3156)", "mail programs made with enough_mail"},
    {"To read it you need a mail program with OpenPGP, and your key", "sealgate"},
    {"This is an OpenPGP/MIME encrypted message", "Nodemailer with OpenPGP, pgpbuilder"},
    {"This message is in MIME format and has been PGP encrypted", "Horde IMP"},
    {"This message is in MIME format", "Nextcloud Mail and EGroupware with Mailvelope: Horde's MIME library"},
    {"This message is in MIME format.  The first part should be readable text,", "Alpine"},
    {"while the remaining parts are likely unreadable without MIME-aware tools", "Alpine, the line behind it"},
    {"This is a multi-part message in MIME format", "Thunderbird, KMail, Claws Mail, Exchange, Perl's MIME::Entity"},
    {"This is a multipart message in MIME format", "Outlook, Notes"},
    {"Your email application may not support this format", "CodeIgniter, the line behind it"},
    {"This is a MIME-formatted message.  If you see this text it means that your", "Courier"},
    {"E-mail software does not support MIME-formatted messages", "Courier, the line behind it"},
});

bool is_known(std::string_view line) {
    line = text::trim(line);
    while (line.ends_with('.')) line.remove_suffix(1); // Perl's MIME::Entity writes three
    return line.empty() || std::ranges::find(known_sentences, line, &sentence::line) != known_sentences.end();
}

} // namespace

bool says_nothing(std::string_view around_parts) {
    while (!around_parts.empty())
        if (!is_known(text::take_line(around_parts))) return false;
    return true;
}

} // namespace sealgate::keys
