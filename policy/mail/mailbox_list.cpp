#include "policy/mail/mailbox_list.hpp"

#include "policy/base/text.hpp"

#include <utility>

namespace sealgate::policy {

namespace {

class mailbox_scanner {
public:
    explicit mailbox_scanner(std::string_view value)
        : rest_(value) {}

    std::vector<std::string> run() {
        while (!rest_.empty()) step(take());
        finish();
        return std::move(found_);
    }

private:
    char take() {
        const char c = rest_.front();
        rest_.remove_prefix(1);
        return c;
    }

    void step(char c) {
        switch (c) {
        case '"': copy_until('"'); break;
        case '[': copy_until(']'); break;
        case '(': skip_comment(); break;
        case '<': current_.clear(), in_angle_ = true; break;
        case '>': finish(), after_angle_ = true; break;
        case ',':
        case ';': finish(), after_angle_ = false; break;
        case ':':
            // A group's name, or the source route before an address: neither is the address.
            current_.clear();
            break;
        default:
            if (!text::is_space(c)) current_ += c;
        }
    }

    // A quoted string or a domain literal, kept as it is; the opening character is taken already.
    void copy_until(char end) {
        current_ += end == ']' ? '[' : end;
        while (!rest_.empty()) {
            const char c = take();
            current_ += c;
            if (c == '\\' && !rest_.empty()) current_ += take();
            if (c == end) return;
        }
        current_.clear();
    }

    void skip_comment() {
        for (int depth = 1; depth > 0 && !rest_.empty();) {
            const char c = take();
            if (c == '\\' && !rest_.empty()) take();
            depth += c == '(' ? 1 : c == ')' ? -1 : 0;
        }
    }

    void finish() {
        const auto at = current_.rfind('@');
        const bool is_address = at != std::string::npos && at > 0 && at + 1 < current_.size();
        if (is_address && (in_angle_ || !after_angle_)) found_.push_back(current_);
        current_.clear();
        in_angle_ = false;
    }

    std::string_view rest_;
    std::string current_;
    bool in_angle_ = false;
    bool after_angle_ = false;
    std::vector<std::string> found_;
};

} // namespace

std::vector<std::string> mailbox_addresses(std::string_view field_value) { return mailbox_scanner(field_value).run(); }

std::string bare_address(std::string_view text) {
    text = text::trim(text);
    const auto open = text.rfind('<');
    if (open != std::string_view::npos && text.ends_with('>')) text = text::trim(text.substr(open + 1, text.size() - open - 2));
    return std::string(text);
}

} // namespace sealgate::policy
