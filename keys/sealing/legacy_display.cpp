#include "keys/sealing/legacy_display.hpp"

#include "policy/base/base64.hpp"
#include "policy/base/hex.hpp"
#include "policy/base/html.hpp"
#include "policy/base/text.hpp"
#include "policy/mail/encoded_word.hpp"
#include "policy/mail/mime.hpp"
#include "policy/mail/mime_field.hpp"
#include "policy/mail/subject.hpp"
#include "policy/mail/transfer_encoding.hpp"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace sealgate::keys {

namespace {

using policy::mime_part;

constexpr std::string_view mark = "hp-legacy-display=\"1\"";

// One line, printable, without what could end it.
std::string shown_subject(const policy::message& mail) {
    const auto values = policy::field_values(mail, "Subject");
    if (values.size() != 1 || !policy::subject_says_something(mail)) return {};
    return text::printable(text::trim(policy::decode_words(policy::unfolded(values.front())).text), 900);
}

// Whole groups of three octets, so that the digits of what follows can stand behind them.
std::string base64_lines(std::string text) {
    const auto space = text.find(' ');
    while (text.size() % 3 != 0) text.insert(space, " ");
    constexpr std::size_t octets_a_line = 57;
    std::string out;
    for (std::size_t at = 0; at < text.size(); at += octets_a_line)
        out += text::encode_base64(std::string_view(text).substr(at, octets_a_line)) + "\r\n";
    return out;
}

bool is_text(const mime_part& part) {
    return part.is_leaf() && !part.ambiguous && part.file_name.empty() && (part.is("text", "plain") || part.is("text", "html"));
}

bool can_hold(const mime_part& part, std::string_view subject) {
    const auto charset = text::lower(part.parameter("charset"));
    if (text::is_ascii(subject)) return charset != "utf-16" && charset != "utf-32" && charset != "utf-7";
    return charset == "utf-8" && part.encoding != "7bit";
}

// RFC 9788 section 5.2.2: the parts whose text is the message.
void find_main_parts(const mime_part& part, std::vector<const mime_part*>& out) {
    if (is_text(part)) out.push_back(&part);
    if (part.type != "multipart" || part.ambiguous || part.parts.empty()) return;
    if (part.subtype == "alternative") {
        for (const auto& below : part.parts) find_main_parts(below, out);
    } else if (part.subtype == "mixed" || part.subtype == "related") {
        find_main_parts(part.parts.front(), out);
    }
}

// Some programs say an encoding and write text all the same: what would be added could not be told from it.
bool is_as_it_says(const mime_part& part) {
    if (part.encoding == "base64") return policy::decoded_body(part).has_value();
    if (part.encoding != "quoted-printable") return true;
    for (auto rest = part.body; !rest.empty(); rest.remove_prefix(1)) {
        if (static_cast<unsigned char>(rest.front()) >= 0x80) return false;
        if (rest.front() != '=' || text::escaped_octet(rest)) continue;
        const auto behind = rest.substr(1);
        const bool ends_line = text::trim(behind.substr(0, behind.find('\n'))).empty();
        if (!ends_line) return false;
    }
    return true;
}

// The element in the part's own encoding; nothing where it does not fit.
std::optional<std::string> element_for(const mime_part& part, std::string_view subject) {
    if (!can_hold(part, subject) || !is_as_it_says(part)) return std::nullopt;
    const bool is_html = part.subtype == "html";
    auto text =
        is_html ? "<div class=\"header-protection-legacy-display\"><pre>Subject: " + html::escaped(subject) + "</pre></div>\r\n"
                : "Subject: " + std::string(subject) + "\r\n\r\n";
    if (part.encoding == "quoted-printable") return policy::encode_quoted_printable(text);
    if (part.encoding == "base64") return base64_lines(std::move(text));
    if (part.encoding == "7bit" || part.encoding == "8bit") return text;
    return std::nullopt;
}

struct insertion {
    const char* before; // in the body
    std::string text;
};

// HTML shows what stands in front of its <body>, but it belongs behind it.
const char* place_in(const mime_part& part) {
    const auto begin = part.body.data();
    if (part.subtype != "html" || part.encoding == "base64") return begin;
    const auto lower = text::lower(part.body);
    const auto tag = lower.find("<body");
    const auto end = tag == std::string::npos ? tag : lower.find('>', tag);
    return end == std::string::npos ? begin : begin + end + 1;
}

// Where a parameter can be added to a part's own Content-Type: in front of the line end that ends the field.
std::optional<insertion> mark_in(const mime_part& part) {
    std::string_view rest = part.header;
    while (!rest.empty()) {
        const auto field = policy::take_folded_line(rest);
        if (!text::istarts_with(field, "Content-Type:")) continue;
        const auto kept = policy::without_open_end(field);
        return insertion{.before = kept.data() + kept.size(), .text = "; " + std::string(mark)};
    }
    if (part.header.empty()) return std::nullopt;
    return insertion{.before = part.header.data(), .text = "Content-Type: text/plain; " + std::string(mark) + "\r\n"};
}

octet_pieces spliced(const octets& body, std::vector<insertion> insertions) {
    std::ranges::stable_sort(insertions, {}, &insertion::before);
    octet_pieces out;
    std::size_t at = 0;
    for (auto& one : insertions) {
        const auto before = static_cast<std::size_t>(one.before - body.view().data());
        out.push_back(body.part(at, before - at));
        out.emplace_back(std::move(one.text));
        at = before;
    }
    out.push_back(body.part(at));
    return out;
}

// On the message's own Content-Type.
void mark_root(std::vector<policy::header_field>& fields) {
    for (auto& field : fields) {
        if (!text::iequals(field.name, "Content-Type")) continue;
        field.value = std::string(policy::without_open_end(field.value)) + ";\n\t" + std::string(mark);
        return;
    }
    fields.push_back({.name = "Content-Type", .value = " text/plain; charset=us-ascii; " + std::string(mark)});
}

} // namespace

displayed_message with_legacy_display(const policy::message& mail) {
    displayed_message out{.fields = mail.fields, .body = {mail.body}};
    const auto subject = shown_subject(mail);
    const auto root = subject.empty() ? std::nullopt : policy::parse_mime(mail);
    if (!root) return out;
    std::vector<const mime_part*> texts;
    find_main_parts(*root, texts);
    std::vector<insertion> insertions;
    bool in_root = false;
    for (const auto* part : texts) {
        auto element = element_for(*part, subject);
        auto marked = part == &*root ? std::optional<insertion>{} : mark_in(*part);
        if (!element || (part != &*root && !marked)) continue;
        if (marked) insertions.push_back(*std::move(marked));
        insertions.push_back({.before = place_in(*part), .text = *std::move(element)});
        in_root = in_root || part == &*root;
    }
    if (insertions.empty()) return out;
    out.body = spliced(mail.body, std::move(insertions));
    if (in_root) mark_root(out.fields);
    return out;
}

} // namespace sealgate::keys
