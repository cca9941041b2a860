#include "policy/labels/markup.hpp"

#include "policy/base/text.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>

namespace sealgate::policy {
namespace {

// Of a character reference's digits, behind the "#".
std::optional<std::string> referred_to(std::string_view digits) {
    const bool hex = digits.starts_with('x');
    if (hex) digits.remove_prefix(1);
    std::uint32_t point = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), point, hex ? 16 : 10);
    const bool good = error == std::errc{} && end == digits.data() + digits.size() && point >= 0x20 && point < 0x110000;
    if (!good || (point >= 0xD800 && point < 0xE000)) return std::nullopt;
    return text::encode_utf8(std::u32string(1, static_cast<char32_t>(point)));
}

std::optional<std::string> entity_named(std::string_view name) {
    if (name == "amp") return "&";
    if (name == "lt") return "<";
    if (name == "gt") return ">";
    if (name == "quot") return "\"";
    if (name == "apos") return "'";
    return name.starts_with('#') ? referred_to(name.substr(1)) : std::nullopt;
}

std::optional<std::string> without_entities(std::string_view written) {
    constexpr std::size_t longest = 10;
    std::string out;
    for (std::size_t i = 0; i < written.size(); ++i) {
        if (written[i] != '&') {
            out += written[i];
            continue;
        }
        const auto name = written.substr(i + 1, longest);
        const auto end = name.find(';');
        const auto meant = end == name.npos ? std::nullopt : entity_named(name.substr(0, end));
        if (!meant) return std::nullopt;
        out += *meant;
        i += end + 1;
    }
    return out;
}

std::string local_name(std::string_view name) { return std::string(name.substr(name.find(':') + 1)); }

bool is_name_char(char c) {
    return text::is_alphanumeric(c) || c == ':' || c == '_' || c == '-' || c == '.' || static_cast<unsigned char>(c) >= 0x80;
}

class markup_reader {
public:
    explicit markup_reader(std::string_view document)
        : rest_(text::without_byte_order_mark(document)) {}

    std::optional<std::vector<markup_element>> run() && {
        while (!rest_.empty())
            if (!read_text() || !read_markup()) return std::nullopt;
        if (!open_.empty() || elements_.empty()) return std::nullopt;
        return std::move(elements_);
    }

private:
    struct open_element {
        std::string_view name;
        std::size_t index;
    };

    // Up to the next "<", or the end.
    bool read_text() {
        const auto written = rest_.substr(0, rest_.find('<'));
        rest_.remove_prefix(written.size());
        if (open_.empty()) return text::trim(written).empty();
        const auto said = without_entities(written);
        if (said) elements_[open_.back().index].text += *said;
        return said.has_value();
    }

    bool read_markup() {
        if (rest_.empty()) return true;
        if (rest_.starts_with("<?")) return skip_behind("?>");
        if (rest_.starts_with("<!--")) return skip_behind("-->");
        rest_.remove_prefix(1);
        return take('/') ? read_end() : read_start();
    }

    bool read_end() {
        const auto name = take_name();
        skip_blanks();
        if (!take('>') || open_.empty() || open_.back().name != name) return false;
        open_.pop_back();
        return true;
    }

    bool read_start() {
        const auto name = take_name();
        if (name.empty() || (open_.empty() && !elements_.empty())) return false;
        elements_.push_back({.name = local_name(name), .attributes = {}});
        open_.push_back({.name = name, .index = elements_.size() - 1});
        for (;;) {
            const bool apart = skip_blanks();
            if (take('>')) return true;
            if (take('/')) {
                open_.pop_back();
                return take('>');
            }
            if (!apart || !read_attribute()) return false;
        }
    }

    bool read_attribute() {
        const auto name = take_name();
        skip_blanks();
        if (name.empty() || !take('=')) return false;
        skip_blanks();
        const char quote = rest_.empty() ? '\0' : rest_.front();
        if (quote != '"' && quote != '\'') return false;
        const auto end = rest_.find(quote, 1);
        if (end == rest_.npos) return false;
        const auto written = rest_.substr(1, end - 1);
        const auto value = written.contains('<') ? std::nullopt : without_entities(written);
        if (!value) return false;
        elements_.back().attributes.emplace_back(local_name(name), *value);
        rest_.remove_prefix(end + 1);
        return true;
    }

    std::string_view take_name() { return text::take_while(rest_, is_name_char); }

    bool take(char wanted) {
        if (!rest_.starts_with(wanted)) return false;
        rest_.remove_prefix(1);
        return true;
    }

    // Whether there were any.
    bool skip_blanks() { return !text::take_while(rest_, text::is_space).empty(); }

    bool skip_behind(std::string_view end) {
        const auto at = rest_.find(end);
        rest_.remove_prefix(at == rest_.npos ? 0 : at + end.size());
        return at != rest_.npos;
    }

    std::string_view rest_;
    std::vector<markup_element> elements_;
    std::vector<open_element> open_;
};

} // namespace

std::string_view markup_element::attribute(std::string_view wanted) const {
    for (const auto& [key, value] : attributes)
        if (key == wanted) return value;
    return {};
}

std::optional<std::vector<markup_element>> parse_markup(std::string_view document) { return markup_reader(document).run(); }

} // namespace sealgate::policy
