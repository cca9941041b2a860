#include "policy/mail/message.hpp"

#include "policy/base/text.hpp"
#include "policy/mail/mailbox_list.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace sealgate::policy {

std::vector<std::string_view> field_values(const message& mail, std::string_view name) {
    std::vector<std::string_view> out;
    for (const auto& field : mail.fields)
        if (text::iequals(field.name, name)) out.emplace_back(field.value);
    return out;
}

std::string unfolded(std::string_view value) {
    std::string out;
    for (const char c : value)
        if (c != '\n' && c != '\r') out += c;
    return std::string(text::trim(out));
}

namespace {

// RFC 5322 section 3.6.8: printable ASCII without the colon; white space before the colon is the obsolete form.
std::optional<header_field> read_field(std::string_view line) {
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) return std::nullopt;
    const auto name = text::trim(line.substr(0, colon));
    const auto is_name_char = [](char c) { return c > ' ' && c < 0x7F; };
    if (name.empty() || text::is_space(line.front()) || !std::ranges::all_of(name, is_name_char)) return std::nullopt;
    return header_field{.name = std::string(name), .value = std::string(line.substr(colon + 1))};
}

// The line at the front without its line end, which is taken too.
std::string_view take_line(std::string_view& rest) {
    auto line = text::take_line(rest);
    if (line.ends_with('\r')) line.remove_suffix(1);
    return line;
}

std::string with_crlf(std::string_view body) {
    std::string out;
    out.reserve(body.size() + body.size() / 40);
    char before = '\0';
    for (const char c : body) {
        if (c == '\n' && before != '\r') out += '\r';
        out += c;
        before = c;
    }
    return out;
}

} // namespace

std::string_view take_folded_line(std::string_view& rest) {
    std::size_t end = 0;
    do {
        const auto newline = rest.find('\n', end);
        end = newline == std::string_view::npos ? rest.size() : newline + 1;
    } while (end < rest.size() && (rest[end] == ' ' || rest[end] == '\t'));
    const auto line = rest.substr(0, end);
    rest.remove_prefix(end);
    return line;
}

bool describes_body(std::string_view field_name) { return text::istarts_with(field_name, "Content-"); }

std::optional<std::string> message_id(const message& mail) {
    const auto values = field_values(mail, "Message-ID");
    return values.empty() ? std::nullopt : std::optional(unfolded(values.front()));
}

message parse_message(std::string_view file) {
    message mail;
    auto rest = text::without_byte_order_mark(file);
    for (bool first = true; !rest.empty(); first = false) {
        auto ahead = rest;
        const auto line = take_line(ahead);
        if (line.empty()) {
            rest = ahead;
            break;
        }
        if (text::is_space(line.front()) && !mail.fields.empty()) {
            mail.fields.back().value.append("\n").append(line);
        } else if (auto field = read_field(line)) {
            mail.fields.push_back(*std::move(field));
        } else if (!(first && (line.starts_with("From ") || line.starts_with(">From ")))) {
            break;
        }
        rest = ahead;
    }
    mail.body = with_crlf(rest);
    return mail;
}

std::size_t size_of(const message& mail) {
    std::size_t size = 2 + mail.body.size();
    for (const auto& field : mail.fields) {
        const auto folds = static_cast<std::size_t>(std::ranges::count(field.value, '\n'));
        size += field.name.size() + 1 + field.value.size() + folds + 2;
    }
    return size;
}

void append_field(std::string& out, const header_field& field) {
    out.append(field.name).append(":");
    for (const char c : field.value) {
        if (c == '\r') continue;
        if (c == '\n') out += '\r';
        out += c;
    }
    out += "\r\n";
}

std::string fields_on_wire(std::span<const header_field> fields) {
    std::string out;
    for (const auto& field : fields) append_field(out, field);
    return out;
}

octet_pieces to_wire(const message& mail) { return {fields_on_wire(mail.fields) + "\r\n", mail.body}; }

std::vector<std::string> visible_recipients(const message& mail) {
    constexpr auto fields = std::to_array<std::string_view>({"To", "Cc", "Resent-To", "Resent-Cc"});
    std::vector<std::string> out;
    for (const auto name : fields)
        for (const auto value : field_values(mail, name)) std::ranges::move(mailbox_addresses(value), std::back_inserter(out));
    return out;
}

} // namespace sealgate::policy
