#include "policy/mail/attached.hpp"

#include "policy/base/text.hpp"
#include "policy/mail/comments.hpp"
#include "policy/mail/mime.hpp"

#include <algorithm>

namespace sealgate::policy {

namespace {

constexpr int deepest = 4;                      // messages in each other
constexpr std::size_t most_messages = 100;      // of one mail
constexpr std::size_t largest_header = 100'000; // octets; of more the first are read

bool ends_with_word(std::string_view text, std::string_view word) {
    return text.size() >= word.size() && text::iequals(text.substr(text.size() - word.size()), word);
}

// Whether such a word follows this place: after white space, with backslashes between its letters.
bool is_followed_by(std::string_view octets, std::size_t at, std::string_view word) {
    while (at < octets.size() && text::is_space(octets[at])) ++at;
    for (const char wanted : word) {
        while (at < octets.size() && octets[at] == '\\') ++at;
        if (at == octets.size() || !text::iequals(octets.substr(at, 1), {&wanted, 1})) return false;
        ++at;
    }
    return true;
}

bool any_place(std::string_view octets, std::string_view sign, const auto& holds) {
    for (auto at = octets.find(sign); at != octets.npos; at = octets.find(sign, at + 1))
        if (holds(at)) return true;
    return false;
}

// Most mail has none, and is not parsed for them: "message/rfc822", "multipart/digest", and names that end with ".eml" or
// are encoded, so that nobody sees how they end.
bool may_hold_message(std::string_view octets) {
    const auto is_type = [&](std::size_t at) {
        for (const std::string_view type : {"rfc822", "global", "digest", "("}) // a comment
            if (is_followed_by(octets, at + 1, type)) return true;
        return false;
    };
    return any_place(octets, "/", is_type) || octets.contains("=?") ||
           any_place(octets, ".", [&](std::size_t at) { return is_followed_by(octets, at + 1, "eml"); }) ||
           any_place(octets, "*", [&](std::size_t at) { return ends_with_word(octets.substr(0, at), "name"); });
}

// A line before the first field, by which a reader of the tree alone would take the message for one without a header.
bool begins_oddly(std::string_view content) {
    constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
    return content.starts_with("From ") || content.starts_with(">From ") || content.starts_with(byte_order_mark) ||
           content.starts_with("\r") || content.starts_with("\n");
}

// Without comments, and with no backslash before a letter.
std::string bare(std::string_view text) {
    auto out = without_comments(text).text;
    std::erase_if(out, [](char c) { return c == '\\' || text::is_space(c); });
    return out;
}

bool names_message(const mime_part& part) {
    const auto type = bare(part.type + "/" + part.subtype);
    return type == "message/rfc822" || type == "message/global";
}

bool is_message_file(const mime_part& part) {
    return ends_with_word(part.file_name, ".eml") || ends_with_word(bare(part.file_name), ".eml");
}

class attached_reader {
public:
    explicit attached_reader(const attached_visitor& visit)
        : visit_(visit) {}

    void read(const message& mail, int depth) {
        if (!may_hold_message(mail.body.view()) && !is_message_itself(mail)) return;
        if (const auto tree = parse_mime(mail)) walk(*tree, depth);
    }

private:
    static bool is_message_itself(const message& mail) {
        return std::ranges::any_of(field_values(mail, "Content-Type"), may_hold_message) ||
               std::ranges::any_of(field_values(mail, "Content-Disposition"), may_hold_message);
    }

    void walk(const mime_part& part, int depth) {
        const bool is_message = names_message(part);
        if (is_message && !part.is_leaf() && !begins_oddly(part.body)) {
            visit(parse_message(part.parts.front().header.substr(0, largest_header)), part.body);
            ++depth;
        } else if ((is_message || is_message_file(part)) && depth < deepest) {
            return read_decoded(part, depth + 1);
        }
        if (depth <= deepest)
            for (const auto& below : part.parts) walk(below, depth);
    }

    void read_decoded(const mime_part& part, int depth) {
        const auto content = decoded_body(part);
        if (!content) return;
        const auto attached = parse_message(content->view());
        visit(attached, content->view());
        read(attached, depth);
    }

    void visit(const message& attached, std::string_view whole) {
        if (++messages_ <= most_messages) visit_(attached, whole);
    }

    const attached_visitor& visit_;
    std::size_t messages_ = 0;
};

} // namespace

void visit_attached(const message& mail, const attached_visitor& visit) { attached_reader(visit).read(mail, 0); }

} // namespace sealgate::policy
