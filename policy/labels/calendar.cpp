#include "policy/labels/calendar.hpp"

#include "policy/base/text.hpp"
#include "policy/mail/charset.hpp"
#include "policy/mail/mime.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <utility>

namespace sealgate::policy {
namespace {

bool is_calendar(const mime_part& part) {
    const std::string_view name = part.file_name;
    const bool named =
        std::ranges::any_of(std::to_array<std::string_view>({".ics", ".vcs", ".ifb", ".ical"}), [&](auto suffix) {
            return name.size() > suffix.size() && text::iequals(name.substr(name.size() - suffix.size()), suffix);
        });
    return part.is("text", "calendar") || part.is("text", "x-vcalendar") || part.is("application", "ics") || named;
}

// RFC 7265 and RFC 6321: the same in JSON and in XML, which no mail program is known to send; they are not read.
bool is_calendar_of_another_form(const mime_part& part) {
    return part.is("application", "calendar+json") || part.is("application", "calendar+xml");
}

// Behind the name and its parameters, which may have colons in quotes; nothing where there is no colon.
std::optional<std::string_view> property_value(std::string_view line) {
    bool quoted = false;
    for (std::size_t i = 0; i < line.size(); ++i) {
        if (line[i] == '"') quoted = !quoted;
        if (line[i] == ':' && !quoted) return text::trim(line.substr(i + 1));
    }
    return std::nullopt;
}

bool is_class(std::string_view line) {
    constexpr std::string_view name = "CLASS";
    return text::istarts_with(line, name) && (line.size() == name.size() || !text::is_alphanumeric(line[name.size()])) &&
           !line.substr(name.size()).starts_with('-');
}

// RFC 5545 section 3.1: unlike in a header, the white space of a fold goes too.
std::string calendar_line(std::string_view folded) {
    std::string out;
    for (std::size_t i = 0; i < folded.size(); ++i) {
        if (folded[i] == '\n')
            ++i;
        else if (folded[i] != '\r')
            out += folded[i];
    }
    return out;
}

// A carriage return alone ends a line, too, for some readers.
std::string with_line_ends(std::string_view calendar) {
    std::string out(calendar);
    for (std::size_t i = 0; i < out.size(); ++i)
        if (out[i] == '\r' && (i + 1 == out.size() || out[i + 1] != '\n')) out[i] = '\n';
    return out;
}

label class_in(std::string line) {
    label made{.text = std::move(line)};
    const auto value = property_value(made.text);
    if (value && !value->empty())
        made.values.emplace_back(*value);
    else
        made.malformed = true;
    return made;
}

void add_unread_calendar(std::vector<label>& to) { to.push_back({.text = "calendar", .malformed = true}); }

// Each that is written differently, once: an exported calendar has thousands of appointments and a handful of classes.
void add_classes(std::string_view calendar, std::vector<label>& to) {
    constexpr std::size_t most = 1000;
    std::set<std::string, std::less<>> seen;
    for (auto rest = calendar; !rest.empty();) {
        auto line = calendar_line(take_folded_line(rest));
        if (!is_class(line) || seen.contains(line)) continue;
        if (seen.size() == most) return add_unread_calendar(to);
        seen.insert(line);
        to.push_back(class_in(std::move(line)));
    }
}

void add_calendar(const mime_part& part, std::vector<label>& to) {
    const auto decoded = decoded_body(part);
    if (!decoded) return add_unread_calendar(to);
    std::string converted;
    std::string_view calendar = decoded->view();
    if (const charset named(part.parameter("charset")); named.kind() == charset_kind::wide)
        calendar = converted = named.read(calendar).utf8;
    if (calendar.contains('\0')) return add_unread_calendar(to);
    add_classes(with_line_ends(text::without_byte_order_mark(calendar)), to);
}

void add_calendars(const mime_part& part, std::vector<label>& to) {
    if (part.is_leaf() && is_calendar(part)) add_calendar(part, to);
    if (part.is_leaf() && is_calendar_of_another_form(part)) add_unread_calendar(to);
    for (const auto& one : part.parts) add_calendars(one, to);
}

} // namespace

std::vector<label> calendar_classes(const message& mail) {
    std::vector<label> out;
    if (const auto root = parse_mime(mail))
        add_calendars(*root, out);
    else
        add_unread_calendar(out);
    return out;
}

} // namespace sealgate::policy
