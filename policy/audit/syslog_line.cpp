#include "policy/audit/syslog_line.hpp"

#include "policy/audit/event.hpp"
#include "policy/audit/query.hpp"
#include "policy/base/rfc3339.hpp"
#include "policy/base/text.hpp"
#include "policy/rules/vocabulary.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace sealgate::policy {

namespace {

constexpr unsigned facility_local0 = 16;
enum class severity : std::uint8_t { warning = 4, notice = 5, informational = 6 }; // RFC 5424 section 6.2.1

constexpr std::size_t longest_value = 200; // code points, of each field; lists take what room there is
constexpr std::size_t longest_word = 32;   // code points, of the text behind the fields
constexpr std::size_t longest_host = 255;  // RFC 5424 section 6

std::string escaped(std::string_view value) {
    std::string out;
    for (const char c : value) {
        if (c == '"' || c == '\\' || c == ']') out += '\\';
        out += c;
    }
    return out;
}

// A quoted local part may have one; in a list it would be two.
std::string without_commas(std::string_view value) {
    std::string out;
    for (const char c : value) c == ',' ? out += "%2C" : out += c;
    return out;
}

std::string parameter(std::string_view name, std::string_view value) {
    return " " + std::string(name) + "=\"" + escaped(value) + '"';
}

// What each recipient's record says, without what was there before and what is empty; no more than a line could ever hold.
template <class Said>
std::vector<std::string> of_recipients(const boost::json::object& record, Said said) {
    std::vector<std::string> out;
    for (const auto* recipient : recipients_in(record)) {
        if (out.size() == longest_syslog_line) break;
        std::string one = said(*recipient);
        if (!one.empty() && std::ranges::find(out, one) == out.end()) out.push_back(std::move(one));
    }
    return out;
}

std::vector<std::string> texts_in(const boost::json::object& record, std::string_view field) {
    std::vector<std::string> out;
    const auto* found = record.if_contains(field);
    if (const auto* list = found ? found->if_array() : nullptr)
        for (const auto& one : *list)
            if (const auto* text = one.if_string()) out.emplace_back(*text);
    return out;
}

std::string said_at(const boost::json::object& in, std::string_view field) {
    return std::string(text_in(in, field).value_or(""));
}

severity severity_of(const boost::json::object& record) {
    const auto event = text_in(record, "event");
    constexpr gateway_event warnings[] = {gateway_event::log_found, gateway_event::clock_jumped};
    if (event)
        return std::ranges::find(warnings, *event, [](auto one) { return name_of(one); }) == std::end(warnings)
                   ? severity::notice
                   : severity::warning;
    const auto outcome = text_in(record, "outcome");
    if (outcome == name_of(outcome::defer)) return severity::warning;
    return outcome == name_of(outcome::reject) || outcome == name_of(outcome::hold) ? severity::notice
                                                                                    : severity::informational;
}

// RFC 5424 section 6: printable ASCII without spaces, or "-".
std::string header_word(std::string_view text, std::size_t longest) {
    std::string out;
    for (const char c : text.substr(0, longest)) out += c > ' ' && c < '\x7f' ? c : '?';
    return out.empty() ? "-" : out;
}

class line {
public:
    line(std::string begin, std::string end)
        : text_(std::move(begin))
        , end_(std::move(end)) {}

    void add(std::string_view name, std::string_view value) {
        if (!value.empty()) put(name, parameter(name, text::printable(value, longest_value)));
    }

    // As many of them as there is room for.
    void add_list(std::string_view name, const std::vector<std::string>& values) {
        std::string joined;
        for (const auto& one : values) {
            auto longer = joined + (joined.empty() ? "" : ",") + without_commas(text::printable(one, longest_value));
            if (!has_room_for(parameter(name, longer))) {
                note_cut(name);
                break;
            }
            joined = std::move(longer);
        }
        if (!joined.empty()) put(name, parameter(name, joined));
    }

    std::string whole() && {
        if (!cut_.empty()) text_ += parameter("cut", cut_);
        return std::move(text_) + end_;
    }

private:
    static constexpr std::size_t room_for_cut = 80;

    bool has_room_for(std::string_view more) const {
        return text_.size() + more.size() + end_.size() + room_for_cut <= longest_syslog_line;
    }
    void put(std::string_view name, const std::string& text) { has_room_for(text) ? void(text_ += text) : note_cut(name); }
    void note_cut(std::string_view name) { cut_ += (cut_.empty() ? "" : ",") + std::string(name); }

    std::string text_, end_, cut_;
};

std::string header(const boost::json::object& record, const syslog_origin& from, syslog_form form, const std::string& what) {
    const auto priority = facility_local0 * 8 + static_cast<unsigned>(severity_of(record));
    if (form == syslog_form::rfc3164) return fmt::format("<{}>sealgate[{}]: ", priority, from.process);
    constexpr std::size_t longest_time = 27, longest_what = 32;
    const auto time = parse_rfc3339(said_at(record, "time"));
    return fmt::format("<{}>1 {} {} sealgate {} {} ", priority, time ? header_word(rfc3339(*time), longest_time) : "-",
                       header_word(from.host, longest_host), from.process, header_word(what, longest_what));
}

} // namespace

std::string syslog_line(const link& at, std::string_view record_line, const syslog_origin& from, syslog_form form) {
    const auto read = record_in(record_line);
    const auto record = read.value_or(boost::json::object{});
    const auto event = said_at(record, "event");
    const auto what = !read ? "damaged" : event.empty() ? "decision" : event;
    const auto outcome = said_at(record, "outcome");
    const auto word = [](std::string_view said) { return text::ascii(text::printable(said, longest_word)); };
    const auto words = word(event.empty() ? outcome : event) + " " + word(said_at(record, "id"));
    // 32473 is IANA's number for examples (RFC 5612): sealgate has none of its own.
    line out(header(record, from, form, what) + "[sealgate@32473", "] " + words);
    out.add("seq", std::to_string(at.seq));
    out.add("hash", at.hash);
    out.add("gateway", from.gateway);
    out.add("kind", what);
    for (const auto* field : {"time", "id", "outcome", "mode", "classification", "protection", "queue_id", "sender", "user",
                              "client", "message_id", "policy", "fingerprint", "source", "evidence", "replaces"})
        out.add(field, said_at(record, field));
    const auto recipients = recipients_in(record);
    if (!recipients.empty()) out.add("recipient_count", std::to_string(recipients.size()));
    out.add_list("addresses", texts_in(record, "addresses"));
    out.add_list("reasons", of_recipients(record, [](const auto& one) { return said_at(one, "reason"); }));
    out.add_list("recipients", of_recipients(record, [](const auto& one) { return said_at(one, "address"); }));
    out.add_list("keys", of_recipients(record, [](const auto& one) { return said_at(key_in(one), "fingerprint"); }));
    return std::move(out).whole();
}

} // namespace sealgate::policy
