#include "milter/postfix/queue_entry.hpp"

#include "policy/base/json.hpp"
#include "policy/base/text.hpp"
#include "policy/mail/address.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <charconv>
#include <stdexcept>

namespace sealgate::milter {

namespace {

namespace json = boost::json;

// Postfix prints octets beyond UTF-8 as they are: they become question marks, and the line is read.
std::string as_utf8(std::string_view line) {
    std::string out(line);
    for (auto at = text::find_broken_utf8(out); at < out.size();) {
        out[at] = '?';
        const auto next = text::find_broken_utf8(std::string_view(out).substr(at));
        if (next == std::string_view::npos) break;
        at += next;
    }
    return out;
}

queue_entry entry_in(const json::object& from) {
    queue_entry out{.queue = json_text(from.at("queue_name")),
                    .id = json_text(from.at("queue_id")),
                    .arrival = from.at("arrival_time").to_number<std::int64_t>(),
                    .size = from.at("message_size").to_number<std::uint64_t>(),
                    .sender = json_text(from.at("sender")),
                    .recipients = {}};
    if (!is_queue_id(out.id)) throw std::invalid_argument("no queue id");
    for (const auto& one : from.at("recipients").as_array()) out.recipients.push_back(json_text(one.at("address")));
    if (out.sender == "MAILER-DAEMON") out.sender.clear(); // what postqueue calls the null sender
    return out;
}

// Where that is how the line begins, the rest.
std::optional<std::string_view> behind(std::string_view line, std::string_view word) {
    if (!line.starts_with(word)) return std::nullopt;
    return line.substr(word.size());
}

std::string to_xtext(std::string_view text) {
    static constexpr std::string_view hex = "0123456789ABCDEF";
    std::string out;
    for (const auto c : text) {
        const auto octet = static_cast<unsigned char>(c);
        if (octet > ' ' && octet <= '~' && c != '+' && c != '=')
            out += c;
        else
            out.append("+").append(1, hex[octet >> 4]).append(1, hex[octet & 15]);
    }
    return out;
}

// postcat prints Postfix's numbers: dsn_mask.h.
std::string notify_of(std::string_view number) {
    unsigned flags = 0;
    std::from_chars(number.data(), number.data() + number.size(), flags);
    if (flags & 1U) return "NEVER";
    std::vector<std::string> words;
    if (flags & 2U) words.emplace_back("SUCCESS");
    if (flags & 4U) words.emplace_back("FAILURE");
    if (flags & 8U) words.emplace_back("DELAY");
    return text::join(words, ",");
}

void take_attribute(std::string_view attribute, dsn_of_mail& mail, dsn_of_recipient& next) {
    if (const auto envid = behind(attribute, "envelope_id=")) take_parameter(mail, "ENVID=" + to_xtext(*envid));
    if (const auto ret = behind(attribute, "ret_flags="))
        take_parameter(mail, *ret == "2" ? "RET=HDRS" : *ret == "1" ? "RET=FULL" : "RET=");
    if (const auto notify = behind(attribute, "notify_flags=")) take_parameter(next, "NOTIFY=" + notify_of(*notify));
    if (const auto orcpt = behind(attribute, "dsn_orig_rcpt=")) {
        const auto type = orcpt->substr(0, orcpt->find(';'));
        if (type.size() < orcpt->size())
            take_parameter(next, "ORCPT=" + std::string(type) + ";" + to_xtext(orcpt->substr(type.size() + 1)));
    }
}

bool is_atom_text(char c) { return c > ' ' && c != 0x7F && !std::string_view("()<>[]:;@\\,.\"").contains(c); }

bool is_dot_string(std::string_view local) {
    if (local.empty() || local.front() == '.' || local.back() == '.' || local.contains("..")) return false;
    return std::ranges::all_of(local, [](char c) { return c == '.' || is_atom_text(c) || (c & 0x80) != 0; });
}

} // namespace

bool queue_entry::is_older_than(std::chrono::seconds age, std::chrono::system_clock::time_point now) const {
    return std::chrono::floor<std::chrono::seconds>(now.time_since_epoch()).count() - arrival > age.count();
}

bool is_queue_id(std::string_view text) {
    constexpr std::size_t longest = 64;
    return !text.empty() && text.size() <= longest && std::ranges::all_of(text, text::is_alphanumeric);
}

read_queue parse_queue(std::string_view lines) {
    read_queue out;
    while (!lines.empty()) {
        const auto line = text::take_line(lines);
        if (line.empty()) continue;
        const auto take = [&](const json::object& entry) { out.entries.push_back(entry_in(entry)); };
        if (!json_line_is_read(as_utf8(line), take)) ++out.passed_over;
    }
    return out;
}

std::optional<std::size_t> read_removed(std::string_view said) {
    constexpr std::string_view before = "Deleted: ";
    const auto at = said.rfind(before);
    if (at == std::string_view::npos) return said.contains(": removed") ? std::nullopt : std::optional<std::size_t>(0);
    said.remove_prefix(at + before.size());
    std::size_t out = 0;
    const auto read = std::from_chars(said.data(), said.data() + said.size(), out);
    return read.ec == std::errc() ? std::optional(out) : std::nullopt;
}

std::expected<held_envelope, std::string> parse_envelope(std::string_view printed) {
    held_envelope out;
    bool has_sender = false;
    dsn_of_recipient next;
    std::string original;
    while (!printed.empty()) {
        const auto line = text::take_line(printed);
        if (line.starts_with("*** MESSAGE CONTENTS ")) continue; // records behind it are of the envelope too
        if (const auto sender = behind(line, "sender: "); sender && !has_sender) {
            out.sender = quoted_address(*sender);
            has_sender = true;
        } else if (line == "sender:") {
            has_sender = true;
        } else if (const auto attribute = behind(line, "named_attribute: ")) {
            take_attribute(*attribute, out.dsn, next);
        } else if (const auto address = behind(line, "recipient: ")) {
            out.recipients.push_back({.address = quoted_address(*address),
                                      .original = quoted_address(std::exchange(original, {})),
                                      .dsn = std::exchange(next, {})});
        } else if (const auto was = behind(line, "original_recipient: ")) {
            original = *was;
        } else if (line.starts_with("done_recipient: ") || line.starts_with("canceled_recipient: ")) {
            out.is_begun = true;
            next = {};
            original.clear();
        }
    }
    if (!has_sender) return std::unexpected("its envelope names no sender");
    if (out.recipients.empty()) return std::unexpected("it has no recipient left");
    return out;
}

std::optional<std::string> why_not_sent(const held_envelope& envelope) {
    if (!envelope.sender.empty() && !policy::is_envelope_address(envelope.sender))
        return "its sender cannot be sent to a mail server";
    for (const auto& one : envelope.recipients)
        if (!policy::is_envelope_address(one.address)) return "a recipient of it cannot be sent to a mail server";
    return std::nullopt;
}

std::string quoted_address(std::string_view bare) {
    const auto at = bare.rfind('@');
    const auto local = bare.substr(0, at);
    const auto domain = at == std::string_view::npos ? std::string_view{} : bare.substr(at);
    if (bare.empty() || is_dot_string(local)) return std::string(bare);
    std::string out = "\"";
    for (const auto c : local) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return out + "\"" + std::string(domain);
}

} // namespace sealgate::milter
