#include "keys/openpgp/armor_header.hpp"

#include "policy/base/text.hpp"

#include <algorithm>
#include <array>

namespace sealgate::keys {

namespace {

// What stands before the number in a Version header.
constexpr auto programs = std::to_array<std::string_view>({
    "APG",
    "BCPG",
    "BCPG C#",
    "Canary PGP",
    "Canary PGP V3",
    "Crypt::OpenPGP",
    "Didisoft OpenPGP Library for .NET",
    "Didisoft OpenPGP Library for Java",
    "Encryption Desktop",
    "FlowCrypt",
    "GnuPG",
    "GnuPG for Java",
    "GnuPG/MacGPG2",
    "GPG4Win",
    "FlowCrypt Email Encryption",
    "FlowCrypt iOS",
    "GopenPGP",
    "Hush",
    "Hushmail",
    "iPGMail",
    "Keybase OpenPGP",
    "Keybase Go",
    "Mailvelope",
    "NetPGP",
    "NetPGP portable",
    "ObjectivePGP",
    "OpenKeychain",
    "OpenPGP.js",
    "OX Guard",
    "PGP",
    "PGP Command Line",
    "PGP Desktop",
    "PGP Universal",
    "PGP SDK",
    "PGPainless",
    "PGPfreeware",
    "PGPy",
    "Proton",
    "ProtonMail",
    "R2Mail2",
    "rnp",
    "Sequoia",
    "Sequoia-PGP",
    "Symantec Encryption Desktop",
});

// Comments are free text, and these are what programs make of it when nobody sets another.
constexpr auto comments = std::to_array<std::string_view>({
    "GPGTools",
    "GPGTools for mac",
    "Seamlessly send and receive encrypted email", // FlowCrypt
    "Seamlessly send, receive and search encrypted email",
    "Use GnuPG with Firefox",   // FireGPG
    "Using GnuPG with Icedove", // Enigmail
    "Using GnuPG with Fedora",
    "Using GnuPG with Mozilla",
    "Using GnuPG with PostBox",
    "Using GnuPG with SeaMonkey",
    "Using GnuPG with Thunderbird",
    "Using GnuPG with undefined",
    "Z1 SecureMail Gateway Info",
    "This is an OpenPGP/MIME signed message (RFC 4880 and 3156)",
});

constexpr auto digests = std::to_array<std::string_view>(
    {"MD5", "SHA1", "RIPEMD160", "SHA224", "SHA256", "SHA384", "SHA512", "SHA3-256", "SHA3-512"});

// What may stand behind a program's name and number, as a whole.
constexpr auto slogans = std::to_array<std::string_view>({
    " - not licensed for commercial use: www.pgp.com", // PGP Desktop
    " Gmail Encryption flowcrypt.com",                 // FlowCrypt 5
    " Gmail Encryption",                               // FlowCrypt 6 and 7
    "/[20101107]",                                     // NetPGP
});

// Where programs come from.
constexpr auto hosts = std::to_array<std::string_view>({
    "canarymail.io",    "enigmail.mozdev.org", "enigmail.net",   "flowcrypt.com", "getfiregpg.org", "gnupg.org",
    "gopenpgp.org",     "gpg4win.org",         "gpgtools.org",   "ipgmail.com",   "keybase.io",     "mailvelope.com",
    "objectivepgp.com", "openkeychain.org",    "openpgp.org",    "openpgpjs.org", "pgp.com",        "protonmail.com",
    "proton.me",        "sequoia-pgp.org",     "zertificon.com",
});

constexpr auto systems = std::to_array<std::string_view>({
    "Android",
    "Cygwin",
    "Darwin",
    "darwin",
    "FreeBSD",
    "GNU/Linux",
    "iOS",
    "Linux",
    "linux",
    "MingW32",
    "MingW64",
    "NetBSD",
    "OpenBSD",
    "SunOS",
    "Win32",
    "windows",
});

// What may stand behind the digits of a number, before more digits.
constexpr auto stages = std::to_array<std::string_view>({"alpha", "beta", "ckt", "dev", "git", "phi", "rc", "svn", "unknown"});

constexpr auto paths = std::to_array<std::string_view>({"", "/", "/crypto", "/download"});

constexpr std::size_t longest_number = 20;

bool contains(const auto& words, std::string_view word) { return std::ranges::find(words, word) != words.end(); }

bool is_url(std::string_view s) {
    if (!s.starts_with("https://") && !s.starts_with("http://")) return false;
    s.remove_prefix(s.find("//") + 2);
    if (s.starts_with("www.")) s.remove_prefix(4);
    const auto path = std::min(s.find('/'), s.size());
    return contains(hosts, s.substr(0, path)) && contains(paths, s.substr(path));
}

bool are_digits_and_dots(std::string_view s) { return s.find_first_not_of("0123456789.") == std::string_view::npos; }

// "v2.2.40", "9.12.0", "2.0.22-unknown", "5.0.0-beta.1", "4.10.10-1".
bool is_number(std::string_view s) {
    if (s.starts_with('v')) s.remove_prefix(1);
    if (s.empty() || !text::is_digit(s.front()) || s.size() > longest_number) return false;
    s.remove_prefix(std::min(s.find_first_not_of("0123456789."), s.size()));
    if (s.starts_with('-') || s.starts_with('+')) s.remove_prefix(1);
    for (const auto stage : stages)
        if (s.starts_with(stage)) return are_digits_and_dots(s.substr(stage.size()));
    return are_digits_and_dots(s);
}

// "(GNU/Linux)", "(Build 21495)", "(2.2.0)".
bool is_system(std::string_view s) {
    if (s.size() < 2 || s.front() != '(' || s.back() != ')') return false;
    s = s.substr(1, s.size() - 2);
    if (s.starts_with("Build ")) s.remove_prefix(6);
    return contains(systems, s) || is_number(s);
}

// Nothing, a number, a system, a number and a system, or a number, a build and a system.
bool is_number_and_system(std::string_view rest) {
    if (rest.empty()) return true;
    if (rest.front() != ' ') return false;
    rest = text::trim(rest);
    if (is_number(rest) || is_system(rest)) return true;
    const auto end = rest.find(' ');
    if (end == std::string_view::npos || !is_number(rest.substr(0, end))) return false;
    rest = text::trim(rest.substr(end));
    if (is_system(rest)) return true;
    const auto build_ends = rest.find(") ");
    return rest.starts_with("(Build ") && build_ends != std::string_view::npos && is_system(rest.substr(0, build_ends + 1)) &&
           is_system(text::trim(rest.substr(build_ends + 1)));
}

// "BouncyCastle.NET Cryptography (net6.0) v2.4.0+83ebf4a805": what it runs on, its number, and the revision it was made of.
bool is_bouncy_castle_net(std::string_view value) {
    constexpr std::string_view begins = "BouncyCastle.NET Cryptography (net";
    constexpr std::size_t longest_revision = 10;
    if (!value.starts_with(begins)) return false;
    value.remove_prefix(begins.size());
    const auto framework = value.substr(0, value.find(')'));
    if (!is_number(framework) || !value.substr(framework.size()).starts_with(") v")) return false;
    value.remove_prefix(framework.size() + 3);
    const auto number = value.substr(0, value.find('+'));
    const auto revision = value.substr(std::min(number.size() + 1, value.size()));
    return is_number(number) && revision.size() <= longest_revision &&
           revision.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

bool is_usual_version(std::string_view value) {
    if (value == "BCPG v@RELEASE_NAME@" || value == "OpenPGP.js VERSION") return true; // where nobody filled it in
    for (const auto slogan : slogans)
        if (value.ends_with(slogan)) value.remove_suffix(slogan.size());
    return value.empty() || is_bouncy_castle_net(value) || std::ranges::any_of(programs, [&](std::string_view program) {
               return text::istarts_with(value, program) && is_number_and_system(value.substr(program.size()));
           });
}

// Of version 4 or 6, with blanks or without.
bool is_fingerprint(std::string_view value) {
    std::size_t digits = 0;
    for (const char c : value) {
        if (c == ' ') continue;
        if (!text::is_digit(c) && !(c >= 'A' && c <= 'F')) return false;
        ++digits;
    }
    return digits == 40 || digits == 64;
}

// Nothing, a sentence, a link, or both with a dash or colon between.
bool is_usual_comment(std::string_view value) {
    if (value.empty() || is_url(value) || contains(comments, value) || is_fingerprint(value)) return true;
    for (const std::string_view counted : {"Using gpg4o ", "Encrypted by gpgmailencrypt version "})
        if (value.starts_with(counted)) return is_number(value.substr(counted.size()));
    const auto link = value.find("http");
    if (link == std::string_view::npos || !is_url(value.substr(link))) return false;
    auto sentence = text::trim(value.substr(0, link));
    if (!sentence.empty() && (sentence.back() == '-' || sentence.back() == ':')) sentence.remove_suffix(1);
    return contains(comments, text::trim(sentence));
}

bool is_charset(std::string_view value) {
    constexpr std::size_t longest_variant = 2; // "1" to "15", "R"
    const auto is_alphanumeric = [](char c) { return text::is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
    constexpr auto families = std::to_array<std::string_view>({"utf-8", "us-ascii", "iso-8859-", "windows-125", "koi8-"});
    return std::ranges::any_of(families, [&](std::string_view family) {
        return text::istarts_with(value, family) && value.size() <= family.size() + longest_variant &&
               std::ranges::all_of(value.substr(family.size()), is_alphanumeric);
    });
}

bool are_digests(std::string_view value) {
    const auto names = text::split(value, ',');
    return names.size() <= 3 &&
           std::ranges::all_of(names, [](std::string_view name) { return contains(digests, text::trim(name)); });
}

} // namespace

bool is_usual_armor_header(std::string_view line) {
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) return false;
    const auto key = line.substr(0, colon);
    const auto value = text::trim(line.substr(colon + 1));
    if (key == "Version") return is_usual_version(value);
    if (key == "Comment") return is_usual_comment(value);
    if (key == "Hash") return are_digests(value);
    return key == "Charset" && is_charset(value);
}

} // namespace sealgate::keys
