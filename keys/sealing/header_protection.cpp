#include "keys/sealing/header_protection.hpp"

#include "keys/sealing/legacy_display.hpp"
#include "keys/sealing/pgp_mime.hpp"
#include "keys/sealing/repeated_words.hpp"
#include "policy/base/hex.hpp"
#include "policy/base/text.hpp"
#include "policy/mail/encoded_word.hpp"
#include "policy/mail/mailbox_list.hpp"
#include "policy/mail/mime.hpp"
#include "policy/mail/mime_field.hpp"
#include "policy/mail/readings.hpp"
#include "policy/mail/subject.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
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

// The other fields that go inside only: hcp_baseline's, Exchange's copy of the Subject,
// SpamAssassin's report, which quotes the text, and the labels of sensitivity that programs know.
constexpr auto hidden_fields = std::to_array<std::string_view>(
    {"Keywords", "Comments", "Thread-Topic", "X-Spam-Report", "Sensitivity", "X-Protective-Marking", "SIO-Label",
     "SIO-Label-History", "msip_labels", "X-TLP", "TLP", "X-BJProtectiveMarking", "X-NC-Governance-Label"});

// And what the programs that write labels say beside them.
constexpr auto hidden_prefixes = std::to_array<std::string_view>({"X-Titus-", "X-BJ-", "X-Janusnet-"});

// Of these the addresses, or the message ids, are needed outside.
constexpr auto address_fields =
    std::to_array<std::string_view>({"From", "To", "Cc", "Bcc", "Sender", "Reply-To", "Mail-Reply-To", "Mail-Followup-To",
                                     "Errors-To", "Return-Receipt-To", "Disposition-Notification-To"});
constexpr auto id_fields = std::to_array<std::string_view>({"In-Reply-To", "References"});

constexpr std::string_view protection = ";\n\thp=\"cipher\"; protected-headers=\"v1\"";

// Without bracketed words, nor "Re:" in front.
std::string without_marks(std::string_view subject) {
    std::string out;
    const auto brackets_end = subject.rfind(']') + 1; // 0: there are none
    for (std::size_t i = 0; i < subject.size(); ++i) {
        const bool is_bracketed = subject[i] == '[' && i < brackets_end;
        if (is_bracketed)
            i = subject.find(']', i);
        else
            out += subject[i];
        if (is_bracketed) out += ' ';
    }
    constexpr std::size_t longest_prefix = 4;
    std::string_view rest = text::trim(out);
    for (auto colon = rest.find(": "); colon <= longest_prefix; colon = rest.find(": "))
        rest = text::trim(rest.substr(colon + 1));
    return std::string(rest);
}

// "&nbsp;", "&#32;" or "&#x20;" at the front, as long as it is: names stand for signs that part words, numbers for a letter.
std::size_t take_entity(std::string_view text, std::string& out) {
    constexpr std::size_t longest = 10;
    const auto end = text.substr(0, longest).find(';');
    if (end == text.npos || end < 2) return 0;
    auto inner = text.substr(1, end - 1);
    if (inner.front() != '#') {
        if (!std::ranges::all_of(inner, text::is_alphanumeric)) return 0;
        out += ' ';
        return end + 1;
    }
    inner.remove_prefix(1);
    const bool is_hex = text::istarts_with(inner, "x");
    if (is_hex) inner.remove_prefix(1);
    std::uint32_t value = 0;
    const auto [stop, problem] = std::from_chars(inner.data(), inner.data() + inner.size(), value, is_hex ? 16 : 10);
    if (problem != std::errc{} || stop != inner.data() + inner.size() || inner.empty()) return 0;
    const auto letter = static_cast<char32_t>(value);
    out += text::encode_utf8({&letter, 1});
    return end + 1;
}

constexpr std::string_view escape_signs = "%=&";

// As addresses on the web are written, quoted-printable, and HTML.
std::string without_escapes(std::string_view value) {
    std::string out;
    for (std::size_t i = 0; i < value.size();) {
        const auto rest = value.substr(i);
        const auto octet = rest.front() == '%' || rest.front() == '=' ? text::escaped_octet(rest) : std::nullopt;
        if (octet) {
            out += *octet;
            i += 3;
        } else if (const auto size = rest.front() == '&' ? take_entity(rest, out) : 0; size > 0) {
            i += size;
        } else {
            out += rest.front();
            ++i;
        }
    }
    return policy::bytes_as_utf8(out);
}

// Which way a mail came: servers write it, and act upon it.
bool is_trace(std::string_view name) {
    constexpr auto names = std::to_array<std::string_view>(
        {"Received", "Return-Path", "Delivered-To", "Authentication-Results", "Resent-Date", "Resent-Message-ID"});
    return text::is_one_of(name, names);
}

// RFC 5322 section 3.6.6: somebody who sends a mail on has fields like those of its author.
std::string_view without_resent(std::string_view name) {
    constexpr std::string_view resent = "Resent-";
    return text::istarts_with(name, resent) ? name.substr(resent.size()) : name;
}

// RFC 3834 section 5: what keeps programs from answering each other.
std::optional<std::string> answering_keyword(std::string_view value) {
    for (const auto* keyword : {"auto-generated", "auto-replied", "auto-notified", "no"})
        if (text::istarts_with(text::trim(value), keyword)) return " " + std::string(keyword);
    return std::nullopt;
}

// RFC 2919: the name of a mailing list without its description.
std::optional<std::string> list_id_in(std::string_view value) {
    const auto open = value.rfind('<');
    const auto close = value.find('>', std::min(open, value.size()));
    if (close == value.npos) return std::nullopt;
    return " " + std::string(value.substr(open, close - open + 1));
}

// What may not be said outside, of one message, which outlives it.
class secrets {
public:
    secrets(const policy::message& mail, const concealment& hidden)
        : mail_(mail) {
        for (const auto subject : policy::field_values(mail, "Subject")) {
            for (const auto& text : shown_as(subject)) {
                subject_.add_text(words_of(text));
                subject_.add_text(words_of(without_marks(text)));
            }
        }
        for (const auto& tag : hidden.tags) tags_.add_phrase(words_of(tag));
    }

    bool repeats_subject(const header_field& field) { return is_in(subject_, field.value); }
    bool says_tag(const header_field& field) { return tags_.are_in(words_of(field.name)) || is_in(tags_, field.value); }

private:
    // All that a reader may see of a field.
    std::vector<std::string> shown_as(std::string_view value) {
        const auto declared = [this] {
            if (!charsets_) charsets_ = policy::declared_charsets(mail_);
            return *charsets_;
        };
        const auto may_guess = [&] { return value.size() <= longest_guessed && guesses_left_ > 0 && guesses_left_-- > 0; };
        auto read = policy::readings_of(policy::unfolded(value), {.declared = declared, .may_guess = may_guess});
        std::vector<std::string> out{std::move(read.first.text)};
        for (auto* more : {&read.others, &read.plain, &read.guesses}) std::ranges::move(*more, std::back_inserter(out));
        return out;
    }

    bool is_in(const said_words& said, std::string_view value) {
        return std::ranges::any_of(shown_as(value), [&](const std::string& text) {
            return said.are_in(words_of(text)) ||
                   (text.find_first_of(escape_signs) != text.npos && said.are_in(words_of(without_escapes(text))));
        });
    }

    // Bytes of which nobody says what they are, are read in some thirty ways. Nobody has many such fields.
    static constexpr std::size_t longest_guessed = 1000;
    std::size_t guesses_left_ = 64;

    const policy::message& mail_;
    std::optional<std::vector<std::string>> charsets_; // that the mail declares, once they are asked for
    said_words subject_;
    said_words tags_;
};

// The words in angle brackets, as message ids are; nothing where there are none. A bracket that opens within others begins
// anew: each octet is in one word at most, so that no field grows.
std::optional<std::string> ids_in(std::string_view value) {
    std::string out;
    for (auto open = value.find('<'); open != value.npos;) {
        const auto close = std::min(value.find_first_of("<>", open + 1), value.size());
        const auto id = value.substr(open, close - open);
        const bool is_id = id.contains('@') && std::ranges::none_of(id, [](char c) { return text::is_space(c) || c == '"'; });
        if (is_id && close < value.size() && value[close] == '>') out.append(out.empty() ? " " : "\n ").append(id).append(">");
        open = value.find('<', close);
    }
    return out.empty() ? std::nullopt : std::optional(out);
}

std::optional<std::string> addresses_in(std::string_view value) {
    const auto addresses = policy::mailbox_addresses(value);
    return addresses.empty() ? std::nullopt : std::optional(" " + text::join(addresses, ",\n "));
}

bool is_only_ids(std::string_view value) {
    const auto ids = ids_in(value);
    const auto dense = [](std::string_view text) {
        std::string out;
        std::ranges::copy_if(text, std::back_inserter(out), [](char c) { return !text::is_space(c); });
        return out;
    };
    return ids && dense(*ids) == dense(value);
}

// What is outside of a field that may stay there; of the Subject, this is not asked.
std::optional<std::string> seen_of(const header_field& field, const concealment& hidden, secrets& said) {
    const auto& name = field.name;
    if (text::is_one_of(name, id_fields)) return is_only_ids(field.value) ? std::optional(field.value) : ids_in(field.value);
    const auto says_secrets = [&] { return said.repeats_subject(field) || said.says_tag(field); };
    if (text::is_one_of(without_resent(name), address_fields)) return says_secrets() ? addresses_in(field.value) : field.value;
    const auto is_this = [&](std::string_view other) { return text::iequals(name, other); };
    const auto begins_so = [&](std::string_view prefix) { return text::istarts_with(name, prefix); };
    if (text::is_one_of(name, hidden_fields) || std::ranges::any_of(hidden.fields, is_this)) return std::nullopt;
    if (std::ranges::any_of(hidden_prefixes, begins_so)) return std::nullopt;
    if (text::is_one_of(name, user_facing) || is_trace(name) || !says_secrets()) return field.value;
    if (is_this("Auto-Submitted")) return answering_keyword(field.value);
    if (is_this("List-Id")) return list_id_in(field.value);
    return std::nullopt;
}

// Copies first, then what of them is left outside (RFC 9788 section 2.2).
void append_protected_fields(std::string& out, const policy::message& mail, const concealment& hidden) {
    const auto outside = outer_values(mail, hidden);
    for (std::size_t i = 0; i < outside.size(); ++i) {
        const auto& field = mail.fields[i];
        if (text::is_one_of(field.name, user_facing) || (outside[i] != field.value && stays_outside(field.name)))
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

octet_pieces wrapped(const policy::message& mail, const concealment& hidden, std::string_view boundary) {
    const auto delimiter = "--" + std::string(boundary);
    std::string above;
    append_protected_fields(above, mail, hidden);
    policy::append_field(above,
                         {.name = "Content-Type",
                          .value = " multipart/mixed; boundary=\"" + std::string(boundary) + "\"" + std::string(protection)});
    octet_pieces out{std::move(above.append("\r\n").append(delimiter).append("\r\n"))};
    std::ranges::move(inner_entity(mail), std::back_inserter(out));
    out.emplace_back("\r\n" + delimiter + "--\r\n");
    return out;
}

octet_pieces protected_entity(const policy::message& original, const concealment& hidden, std::string_view boundary) {
    auto shown = with_legacy_display(original);
    const policy::message mail{.fields = std::move(shown.fields), .body = original.body};
    const auto type = protected_type(mail);
    if (!type) return wrapped(original, hidden, boundary);
    std::string header;
    append_protected_fields(header, mail, hidden);
    policy::append_field(header, *type);
    for (const auto& field : mail.fields)
        if (policy::describes_body(field.name) && !text::iequals(field.name, "Content-Type"))
            policy::append_field(header, field);
    octet_pieces out{std::move(header.append("\r\n"))};
    std::ranges::move(shown.body, std::back_inserter(out));
    return out;
}

} // namespace

octet_pieces entity_to_seal(const policy::message& mail, const concealment& hidden, std::string_view boundary) {
    switch (hidden.subject) {
    case subject_shown::outside: return inner_entity(mail);
    case subject_shown::inside_only: return protected_entity(mail, hidden, boundary);
    }
    std::unreachable();
}

std::vector<std::optional<std::string>> outer_values(const policy::message& mail, const concealment& hidden) {
    std::vector<std::optional<std::string>> out;
    const bool hides = hidden.subject == subject_shown::inside_only;
    const policy::message nothing;
    secrets said(hides ? mail : nothing, hidden);
    bool subject_shown_already = false;
    for (const auto& field : mail.fields) {
        if (!stays_outside(field.name))
            out.emplace_back();
        else if (!hides)
            out.emplace_back(field.value);
        else if (!text::iequals(field.name, "Subject"))
            out.push_back(seen_of(field, hidden, said));
        else if (!std::exchange(subject_shown_already, true))
            out.emplace_back(" " + std::string(policy::hidden_subject));
        else
            out.emplace_back();
    }
    return out;
}

std::vector<header_field> outer_fields(const policy::message& mail, const concealment& hidden) {
    std::vector<header_field> out;
    auto values = outer_values(mail, hidden);
    for (std::size_t i = 0; i < values.size(); ++i)
        if (values[i]) out.push_back({.name = mail.fields[i].name, .value = *std::move(values[i])});
    return out;
}

std::vector<header_field> outer_additions(const pgp_mime_envelope& envelope) {
    return {{.name = "MIME-Version", .value = " 1.0"}, {.name = "Content-Type", .value = " " + envelope.content_type}};
}

policy::message sealed_message(const policy::message& mail, const concealment& hidden, const pgp_mime_envelope& envelope) {
    policy::message out{.fields = outer_fields(mail, hidden), .body = envelope.body};
    std::ranges::move(outer_additions(envelope), std::back_inserter(out.fields));
    return out;
}

} // namespace sealgate::keys
