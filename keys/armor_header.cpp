#include "keys/armor_header.hpp"

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
    "Encryption Desktop",
    "FlowCrypt",
    "GnuPG",
    "GnuPG for Java",
    "GnuPG/MacGPG2",
    "GPG4Win",
    "FlowCrypt Email Encryption",
    "Hush",
    "Hushmail",
    "iPGMail",
    "Keybase OpenPGP",
    "Keybase Go",
    "Mailvelope",
    "NetPGP",
    "OpenKeychain",
    "OpenPGP.js",
    "PGP",
    "PGP Desktop",
    "PGP Universal",
    "PGP SDK",
    "PGPfreeware",
    "Proton",
    "ProtonMail",
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
    "Use GnuPG with Firefox",                      // FireGPG
    "Using GnuPG with Icedove",                    // Enigmail
    "Using GnuPG with Mozilla",
    "Using GnuPG with SeaMonkey",
    "Using GnuPG with Thunderbird",
    "Using GnuPG with undefined",
    "This is an OpenPGP/MIME signed message (RFC 4880 and 3156)",
});

constexpr auto digests = std::to_array<std::string_view>(
    {"MD5", "SHA1", "RIPEMD160", "SHA224", "SHA256", "SHA384", "SHA512", "SHA3-256", "SHA3-512"});

constexpr std::size_t longest_token = 24;
constexpr std::size_t message_id_length = 32;

bool contains(const auto& words, std::string_view word) { return std::ranges::find(words, word) != words.end(); }

bool has_space(std::string_view s) { return s.find_first_of(" \t") != std::string_view::npos; }

bool is_url(std::string_view s) {
    return (s.starts_with("https://") || s.starts_with("http://")) && s.size() <= 80 && !has_space(s);
}

// "v2.2.40", "9.12.0", "(GNU/Linux)", "(Build 21495)": a word with a number in it, or something short in
// parentheses.
bool is_number_or_system(std::string_view rest) {
    rest = text::trim(rest);
    while (!rest.empty()) {
        const auto end = rest.front() == '(' ? rest.find(')') : rest.find(' ') - 1;
        const auto token = rest.substr(0, end == std::string_view::npos ? end : end + 1);
        const bool in_parentheses = token.front() == '(' && token.back() == ')';
        const bool has_number = std::ranges::any_of(token, text::is_digit) && token.front() != '(';
        if (token.size() > longest_token || (!in_parentheses && !has_number)) return false;
        rest = text::trim(rest.substr(token.size()));
    }
    return true;
}

bool is_usual_version(std::string_view value) {
    constexpr std::string_view unpaid = " - not licensed for commercial use: www.pgp.com"; // PGP Desktop
    if (value.ends_with(unpaid)) value.remove_suffix(unpaid.size());
    return std::ranges::any_of(programs, [&](std::string_view program) {
        if (!text::istarts_with(value, program)) return false;
        const auto rest = value.substr(program.size());
        return rest.empty() || (rest.front() == ' ' && rest.size() <= 2 * longest_token && is_number_or_system(rest));
    });
}

// A sentence, a link, or both with a dash or colon between.
bool is_usual_comment(std::string_view value) {
    if (is_url(value) || contains(comments, value)) return true;
    const auto link = value.find("http");
    if (link == std::string_view::npos || !is_url(value.substr(link))) return false;
    auto sentence = text::trim(value.substr(0, link));
    if (!sentence.empty() && (sentence.back() == '-' || sentence.back() == ':')) sentence.remove_suffix(1);
    return contains(comments, text::trim(sentence));
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
    if (key == "Charset") return value.size() <= longest_token && !has_space(value);
    return key == "MessageID" && value.size() == message_id_length && !has_space(value);
}

} // namespace sealgate::keys
