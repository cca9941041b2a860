#include "keys/header_protection.hpp"

#include "keys/legacy_display.hpp"
#include "keys/pgp_mime.hpp"
#include "policy/base/text.hpp"
#include "policy/encoded_word.hpp"
#include "policy/mime.hpp"
#include "policy/mime_field.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>
#include <utility>

namespace sealgate::keys {

namespace {

using policy::header_field;

// RFC 9788 section 1.2: what programs show of a header, or act upon.
constexpr auto user_facing =
    std::to_array<std::string_view>({"From", "To", "Cc", "Date", "Subject", "Sender", "Reply-To", "Followup-To", "Message-ID",
                                     "In-Reply-To", "References", "Keywords", "Comments"});

// What the Subject is outside then, and the other fields that go inside only: hcp_baseline's, Exchange's copy of the
// Subject, and SpamAssassin's report, which quotes the text.
constexpr std::string_view hidden_subject = " [...]";
constexpr auto hidden_fields = std::to_array<std::string_view>({"Keywords", "Comments", "Thread-Topic", "X-Spam-Report"});

constexpr std::string_view protection = ";\n\thp=\"cipher\"; protected-headers=\"v1\"";

// For comparison: in lower case, one blank for all white space, no bracketed words and no "Re:" in front.
std::string plain_words(std::string_view text) {
    std::string out;
    const auto brackets_end = text.rfind(']') + 1; // 0: there are none
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool is_bracketed = text[i] == '[' && i < brackets_end;
        if (is_bracketed) i = text.find(']', i);
        if (!is_bracketed && !text::is_space(text[i]))
            out += text::to_lower(text[i]);
        else if (!out.empty() && out.back() != ' ')
            out += ' ';
    }
    for (auto colon = out.find(": "); colon != std::string::npos && colon <= 4; colon = out.find(": ")) out.erase(0, colon + 2);
    return std::string(text::trim(out));
}

std::string decoded(std::string_view value) {
    constexpr std::size_t enough = 16 * 1024; // octets of a field
    return policy::decode_words(policy::unfolded(value.substr(0, enough))).text;
}

// The beginning of the Subject as people read it.
std::string words_of_subject(const policy::message& mail) {
    constexpr std::size_t enough = 80; // octets
    const auto subjects = policy::field_values(mail, "Subject");
    return subjects.empty() ? std::string{} : plain_words(decoded(subjects.front())).substr(0, enough);
}

// Whom a mail goes to and which way it came, and what keeps programs from answering each other.
bool is_for_servers(std::string_view name) {
    constexpr auto names = std::to_array<std::string_view>(
        {"Received", "Return-Path", "Delivered-To", "Authentication-Results", "Auto-Submitted", "Precedence"});
    return text::is_one_of(name, names) || text::istarts_with(name, "Resent-") || text::istarts_with(name, "List-");
}

// Whether a field that programs added says the Subject once more: as it was before a filter marked it, say.
bool repeats(const header_field& field, std::string_view words) {
    constexpr std::size_t fewest = 8; // octets; less could stand anywhere
    if (words.size() < fewest || text::is_one_of(field.name, user_facing) || is_for_servers(field.name)) return false;
    return plain_words(decoded(field.value)).contains(words);
}

// Copies first, then what of them is left outside (RFC 9788 section 2.2).
void append_protected_fields(std::string& out, const policy::message& mail) {
    const auto outside = outer_values(mail, subject_shown::inside_only);
    for (std::size_t i = 0; i < outside.size(); ++i) {
        const auto& field = mail.fields[i];
        if (text::is_one_of(field.name, user_facing) || (!outside[i] && stays_outside(field.name)))
            policy::append_field(out, field);
    }
    for (std::size_t i = 0; i < outside.size(); ++i) {
        const auto& name = mail.fields[i].name;
        if (outside[i] && text::is_one_of(name, user_facing))
            policy::append_field(out, {.name = "HP-Outer", .value = " " + name + ":" + *outside[i]});
    }
}

// The Content-Type with the parameters added: nothing where that could be misread.
std::optional<header_field> protected_type(const policy::message& mail) {
    const auto types = policy::field_values(mail, "Content-Type");
    if (types.empty())
        return header_field{.name = "Content-Type", .value = " text/plain; charset=us-ascii" + std::string(protection)};
    const auto root = policy::parse_mime(mail);
    if (!root || root->ambiguous || types.size() > 1) return std::nullopt;
    if (!root->parameter("hp").empty() || !root->parameter("protected-headers").empty()) return std::nullopt;
    const auto value = std::string(policy::without_open_end(types.front())) + std::string(protection);
    return header_field{.name = "Content-Type", .value = value};
}

std::string wrapped(const policy::message& mail, std::string_view boundary) {
    const auto delimiter = "--" + std::string(boundary);
    std::string out;
    append_protected_fields(out, mail);
    policy::append_field(out,
                         {.name = "Content-Type",
                          .value = " multipart/mixed; boundary=\"" + std::string(boundary) + "\"" + std::string(protection)});
    return out.append("\r\n")
        .append(delimiter)
        .append("\r\n")
        .append(inner_entity(mail))
        .append("\r\n")
        .append(delimiter)
        .append("--\r\n");
}

std::string protected_entity(const policy::message& original, std::string_view boundary) {
    const auto mail = with_legacy_display(original);
    const auto type = protected_type(mail);
    if (!type) return wrapped(original, boundary);
    std::string out;
    out.reserve(mail.body.size() + 4096);
    append_protected_fields(out, mail);
    policy::append_field(out, *type);
    for (const auto& field : mail.fields)
        if (moves_inside(field.name) && !text::iequals(field.name, "Content-Type")) policy::append_field(out, field);
    return out.append("\r\n").append(mail.body);
}

} // namespace

std::string entity_to_seal(const policy::message& mail, subject_shown where, std::string_view boundary) {
    switch (where) {
    case subject_shown::outside: return inner_entity(mail);
    case subject_shown::inside_only: return protected_entity(mail, boundary);
    }
    std::unreachable();
}

std::vector<std::optional<std::string>> outer_values(const policy::message& mail, subject_shown where) {
    std::vector<std::optional<std::string>> out;
    const bool hides = where == subject_shown::inside_only;
    const auto words = hides ? words_of_subject(mail) : std::string{};
    bool subject_shown_already = false;
    for (const auto& field : mail.fields) {
        if (!stays_outside(field.name) || (hides && (text::is_one_of(field.name, hidden_fields) || repeats(field, words))))
            out.emplace_back();
        else if (!hides || !text::iequals(field.name, "Subject"))
            out.emplace_back(field.value);
        else if (!std::exchange(subject_shown_already, true))
            out.emplace_back(hidden_subject);
        else
            out.emplace_back();
    }
    return out;
}

std::vector<header_field> outer_additions(const pgp_mime_envelope& envelope) {
    return {{.name = "MIME-Version", .value = " 1.0"}, {.name = "Content-Type", .value = " " + envelope.content_type}};
}

policy::message sealed_message(const policy::message& mail, subject_shown where, const pgp_mime_envelope& envelope) {
    policy::message out{.fields = {}, .body = envelope.body};
    auto values = outer_values(mail, where);
    for (std::size_t i = 0; i < values.size(); ++i)
        if (values[i]) out.fields.push_back({.name = mail.fields[i].name, .value = *std::move(values[i])});
    std::ranges::move(outer_additions(envelope), std::back_inserter(out.fields));
    return out;
}

} // namespace sealgate::keys
