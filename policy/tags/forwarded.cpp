#include "policy/tags/forwarded.hpp"

#include "policy/base/text.hpp"
#include "policy/mail/mime.hpp"

#include <algorithm>
#include <string_view>

namespace sealgate::policy {

namespace {

constexpr int deepest = 4;                      // messages in each other
constexpr std::size_t most_messages = 100;      // of one mail
constexpr std::size_t largest_header = 100'000; // octets; of more the first are read

bool ends_with_word(std::string_view text, std::string_view word) {
    return text.size() >= word.size() && text::iequals(text.substr(text.size() - word.size()), word);
}

// Most mail has none, and is not parsed for them.
bool may_hold_message(std::string_view octets) {
    for (auto at = octets.find('/'); at != octets.npos; at = octets.find('/', at + 1))
        if (ends_with_word(octets.substr(0, at), "message")) return true;
    for (auto at = octets.find('.'); at != octets.npos; at = octets.find('.', at + 1))
        if (text::iequals(octets.substr(at + 1, 3), "eml")) return true;
    return false;
}

class reader_of_attached {
public:
    explicit reader_of_attached(const policy& rules)
        : rules_(rules) {}

    void read(const message& mail, int depth) {
        if (!may_hold_message(mail.body.view()) && !is_message_itself(mail)) return;
        if (const auto tree = parse_mime(mail)) walk(*tree, depth);
    }

    std::vector<found_tag> take() && { return std::move(found_); }

private:
    static bool is_message_itself(const message& mail) {
        return std::ranges::any_of(field_values(mail, "Content-Type"), may_hold_message);
    }

    void walk(const mime_part& part, int depth) {
        const bool is_message = part.is("message", "rfc822") || part.is("message", "global");
        if (is_message && !part.is_leaf()) {
            add(parse_message(part.parts.front().header.substr(0, largest_header)));
            ++depth;
        } else if ((is_message || ends_with_word(part.file_name, ".eml")) && depth < deepest) {
            read_decoded(part, depth + 1);
        }
        if (depth <= deepest)
            for (const auto& below : part.parts) walk(below, depth);
    }

    void read_decoded(const mime_part& part, int depth) {
        const auto content = decoded_body(part);
        if (!content) return;
        const auto attached = parse_message(content->view());
        add(attached);
        read(attached, depth);
    }

    void add(const message& attached) {
        if (++messages_ > most_messages) return;
        for (auto tag : find_tags(rules_, attached).tags) {
            tag.where = carrier::forwarded;
            if (std::ranges::find(found_, tag) == found_.end()) found_.push_back(std::move(tag));
        }
    }

    const policy& rules_;
    std::size_t messages_ = 0;
    std::vector<found_tag> found_;
};

} // namespace

std::vector<found_tag> forwarded_tags(const policy& rules, const message& mail) {
    reader_of_attached reader(rules);
    reader.read(mail, 0);
    return std::move(reader).take();
}

} // namespace sealgate::policy
