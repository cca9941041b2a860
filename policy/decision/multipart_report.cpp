#include "policy/decision/multipart_report.hpp"

#include "policy/base/text.hpp"
#include "policy/decision/thread.hpp"
#include "policy/mail/mime.hpp"
#include "policy/tags/reader.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

namespace sealgate::policy {

namespace {

constexpr std::size_t most_octets = 64 * 1024; // Postfix gives back 50,000 of a mail (bounce_size_limit)
constexpr std::size_t most_octets_of_sensitive = 16 * 1024;

struct known_report {
    std::string_view type;
    std::array<std::string_view, 4> fields; // that the standard asks for; the last ones may be empty
};

constexpr auto known_reports = std::to_array<known_report>({
    {"delivery-status", {"Reporting-MTA", "Final-Recipient", "Action", "Status"}}, // RFC 3464 section 2
    {"disposition-notification", {"Final-Recipient", "Disposition", "", ""}},      // RFC 8098 section 3
});

// RFC 6533: the same for addresses beyond ASCII.
std::string_view without_global(std::string_view subtype) {
    constexpr std::string_view prefix = "global-";
    return subtype.starts_with(prefix) ? subtype.substr(prefix.size()) : subtype;
}

const known_report* known_type(std::string_view name) {
    const auto* const at = std::ranges::find(known_reports, name, &known_report::type);
    return at == known_reports.end() ? nullptr : at;
}

bool is_text(const mime_part& part) {
    if (part.ambiguous) return false;
    if (part.is_leaf()) return part.type == "text";
    return (part.subtype == "alternative" || part.subtype == "related") && std::ranges::all_of(part.parts, is_text);
}

// Groups of fields between empty lines, and nothing else.
bool is_fields(std::string_view body, const known_report& wanted) {
    std::vector<std::string_view> missing;
    for (const auto field : wanted.fields)
        if (!field.empty()) missing.push_back(field);
    while (!body.empty()) {
        const auto line = text::trim(take_folded_line(body));
        if (line.empty()) continue;
        const auto colon = line.find(':');
        if (colon == std::string_view::npos || line.substr(0, colon).find_first_of(" \t\r\n") != std::string_view::npos)
            return false;
        std::erase_if(missing, [&](std::string_view field) { return text::iequals(field, line.substr(0, colon)); });
    }
    return missing.empty();
}

bool is_machine_readable(const mime_part& part, const known_report& wanted) {
    if (part.ambiguous || part.type != "message" || without_global(part.subtype) != wanted.type) return false;
    const auto body = decoded_body(part);
    return body && is_fields(body->view(), wanted);
}

// What came back of the mail: its header, or all of it.
bool is_returned_mail(const mime_part& part) {
    return !part.ambiguous && (part.is("text", "rfc822-headers") || part.is("message", "rfc822") ||
                               part.is("message", "global-headers") || part.is("message", "global"));
}

// As more than an untagged report would count as, or nearly so; or nobody can tell.
bool is_sensitive(const policy& rules, const message& mail, const thread_reader& thread_of_message) {
    const auto& otherwise = rules.untagged_automatic;
    const auto is_more = [&](rank one) { return !otherwise || one > *otherwise; };
    const auto found = find_tags(rules, mail);
    if (!found.near_misses.empty() || std::ranges::any_of(found.tags, is_more, &found_tag::classification)) return true;
    facts known;
    known.thread = thread_of_message(mail);
    const auto thread = thread_of(rules, known);
    return known.thread.unread || (thread && is_more(thread->classification));
}

// Whether it carries no more than a report has to.
bool is_bounded(const policy& rules, const message& mail, const mime_part& report, const thread_reader& thread_of_message) {
    bool sensitive = is_sensitive(rules, mail, thread_of_message);
    bool has_text = false;
    if (report.parts.size() > 2) {
        const auto content = decoded_body(report.parts[2]);
        if (!content) return false;
        const auto original = parse_message(content->view());
        sensitive = sensitive || is_sensitive(rules, original, thread_of_message);
        has_text = !text::trim(original.body).empty();
    }
    return !sensitive || (!has_text && mail.body.size() <= most_octets_of_sensitive);
}

} // namespace

std::optional<std::string> report_type(const policy& rules, const message& mail, const thread_reader& thread_of_message) {
    if (mail.body.size() > most_octets) return std::nullopt;
    const auto root = parse_mime(mail);
    if (!root || root->ambiguous || !root->is("multipart", "report")) return std::nullopt;
    const auto named = text::lower(root->parameter("report-type"));
    const auto* const wanted = known_type(without_global(named));
    const auto& parts = root->parts;
    if (wanted == nullptr || parts.size() < 2 || parts.size() > 3) return std::nullopt;
    if (!is_text(parts[0]) || !is_machine_readable(parts[1], *wanted)) return std::nullopt;
    if (parts.size() > 2 && !is_returned_mail(parts[2])) return std::nullopt;
    if (!is_bounded(rules, mail, *root, thread_of_message)) return std::nullopt;
    return std::string(wanted->type);
}

} // namespace sealgate::policy
