#include "milter/audit_answers.hpp"

#include "milter/audit_reader.hpp"
#include "milter/people.hpp"
#include "milter/table.hpp"
#include "policy/base/text.hpp"
#include "policy/query.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <deque>
#include <iostream>
#include <map>
#include <optional>
#include <thread>
#include <utility>

namespace sealgate::milter {

namespace {

namespace json = boost::json;
using policy::grouping;
using row = std::vector<std::string>;

constexpr std::chrono::milliseconds between_looks{300};
constexpr std::size_t shown_before_following = 10;
// Fields of an event that have a column of their own, or say nothing to people.
constexpr std::array<std::string_view, 6> without_details{"seq", "time", "event", "id", "prev", "hash"};

std::optional<json::object> record_in(const std::string& line) {
    boost::system::error_code error;
    auto value = json::parse(line, error);
    return !error && value.is_object() ? std::optional(std::move(value.as_object())) : std::nullopt;
}

// The question in the options; nothing after a complaint. Addresses are asked for as the log calls them.
std::optional<policy::query> query_of(const invocation& called, const people& named) {
    policy::query asked{.since = {},
                        .until = {},
                        .events = called.values("--event"),
                        .ids = called.values("--id"),
                        .senders = named.as_logged(called.values("--sender")),
                        .classifications = called.values("--classification"),
                        .outcomes = called.values("--outcome"),
                        .recipients = named.as_logged(called.values("--recipient")),
                        .domains = called.values("--domain"),
                        .tiers = called.values("--tier"),
                        .reasons = called.values("--reason")};
    const auto now = std::chrono::system_clock::now();
    for (auto [option, moment] : {std::pair("--since", &asked.since), std::pair("--until", &asked.until)}) {
        for (const auto& text : called.values(option)) {
            const auto time = policy::to_moment(text, now);
            if (!time) return complain(std::string(option) + ": " + time.error()), std::nullopt;
            *moment = *time;
        }
    }
    return asked;
}

// --last; nothing after a complaint.
std::optional<std::size_t> most_shown(const invocation& called) {
    const auto last = called.values("--last");
    if (last.empty()) return called.has("--follow") ? shown_before_following : SIZE_MAX;
    const auto& digits = last.back();
    if (const auto most = whole_number(digits)) return most;
    return complain("--last takes a whole number, not \"" + digits + "\""), std::nullopt;
}

std::string text_at(const json::object& record, std::string_view field) {
    const auto text = policy::text_in(record, field);
    return text ? text::printable(*text) : "-";
}

// For people: the first hundred octets or so.
std::string recipients_at(const json::object& record) {
    std::string out;
    for (const auto* one : policy::recipients_in(record)) {
        if (!out.empty()) out += ", ";
        if (out.size() > 100) return out + "…";
        out += text_at(*one, "address") + " " + text_at(*one, "reason");
    }
    return out.empty() ? "-" : out;
}

const row heading{"TIME (UTC)", "ID", "QUEUE ID", "SENDER", "CLASSIFIED", "OUTCOME", "RECIPIENTS"};

// Digests by their first digits, lists of addresses as people write them, the key store by how much it has.
std::string detail(const json::value& value) {
    constexpr std::size_t enough_of_a_digest = sizeof "sha256:0123456789ab" - 1;
    if (const auto* list = value.if_array()) {
        std::vector<std::string> words;
        for (const auto& one : *list) words.push_back(detail(one));
        return text::join(words, ",");
    }
    if (const auto* object = value.if_object(); object && object->contains("count"))
        return json::serialize(object->at("count"));
    if (!value.is_string()) return json::serialize(value);
    const std::string_view text = value.as_string();
    return std::string(text.starts_with("sha256:") ? text.substr(0, enough_of_a_digest) : text);
}

// What an event says beside its time and its name.
row row_of_event(const json::object& record) {
    std::string told;
    for (const auto& [name, value] : record) {
        if (std::ranges::find(without_details, std::string_view(name)) != without_details.end()) continue;
        told += (told.empty() ? "" : " ") + std::string(name) + "=" + detail(value);
    }
    told = text::printable(told, 1000);
    return {text_at(record, "time").substr(0, 19), text_at(record, "id"), "-", "-", "-", text_at(record, "event"), told};
}

row row_of(const std::string& line) {
    const auto record = record_in(line);
    if (!record) return {"(a damaged record)"};
    if (record->contains("event")) return row_of_event(*record);
    const auto outcome = text_at(*record, "outcome") + (text_at(*record, "mode") == "monitor" ? " (monitor)" : "");
    // Seconds are enough for people; --json has the rest.
    return {text_at(*record, "time").substr(0, 19),
            text_at(*record, "id"),
            text_at(*record, "queue_id"),
            text_at(*record, "sender"),
            text_at(*record, "classification"),
            outcome,
            recipients_at(*record)};
}

// For spreadsheets: a row for each recipient of each decision. The names are those of the record's fields.
constexpr std::string_view of_message[] = {"time",    "id",     "queue_id",       "message_id", "sender",
                                           "user",    "client", "classification", "protection", "outcome",
                                           "failure", "mode",   "policy"};
constexpr std::string_view of_recipient[] = {"address", "tier", "action", "result", "reason"};

void print_csv_heading() {
    row names(std::begin(of_message), std::end(of_message));
    names.insert(names.end(), std::begin(of_recipient), std::end(of_recipient));
    print_csv(std::cout, {names});
}

void print_csv_rows(const std::string& line) {
    const auto record = record_in(line);
    if (!record || record->contains("event")) return;
    row message;
    for (const auto field : of_message) message.push_back(text_at(*record, field));
    const auto recipients = policy::recipients_in(*record);
    if (recipients.empty()) return print_csv(std::cout, {message});
    for (const auto* one : recipients) {
        auto cells = message;
        for (const auto field : of_recipient) cells.push_back(text_at(*one, field));
        print_csv(std::cout, {cells});
    }
}

std::string revealed(const std::string& line, const policy::known_addresses& known) {
    boost::system::error_code error;
    auto value = json::parse(line, error);
    if (error) return line;
    policy::reveal(value, known);
    return json::serialize(value);
}

// Prints records as they come; but a table's columns wait until all rows of the beginning are there.
class record_printer {
public:
    // `known`: whose hashes are undone.
    record_printer(const invocation& called, policy::known_addresses known)
        : json_(called.json())
        , csv_(called.has("--csv"))
        , known_(std::move(known)) {
        if (csv_) print_csv_heading();
    }

    void print(const std::string& logged) {
        const auto line = known_.empty() ? logged : revealed(logged, known_);
        if (json_)
            std::cout << line << '\n';
        else if (csv_)
            print_csv_rows(line);
        else if (begun_)
            std::cout << text::join(row_of(line), "  ") << '\n';
        else
            rows_.push_back(row_of(line));
    }

    // All that was printed so far is on standard output now.
    void flush() {
        if (!json_ && !csv_ && !std::exchange(begun_, true)) print_table(std::cout, std::exchange(rows_, {}));
        std::cout << std::flush;
    }

private:
    bool json_, csv_;
    policy::known_addresses known_;
    bool begun_ = false;
    std::vector<row> rows_{heading};
};

bool is_wanted(const std::string& line, const policy::query& asked) {
    if (asked.asks_nothing()) return true;
    const auto record = record_in(line);
    return record && policy::matches(*record, asked);
}

// Until somebody ends it.
[[noreturn]] void follow(record_printer& printer, audit_reader& log, const policy::query& asked) {
    for (std::string line;;) {
        while (log.next(line))
            if (is_wanted(line, asked)) printer.print(line);
        printer.flush();
        std::this_thread::sleep_for(between_looks);
    }
}

int show(const invocation& called, const config& gateway, const people& named, policy::known_addresses known) {
    const auto asked = query_of(called, named);
    const auto most = most_shown(called);
    if (!asked || !most) return exit_unusable;
    audit_reader log(gateway.audit_directory());
    record_printer printer(called, std::move(known));
    std::deque<std::string> last;
    bool found = false;
    for (std::string line; log.next(line);) {
        if (!is_wanted(line, *asked)) continue;
        found = true;
        if (*most == SIZE_MAX) {
            printer.print(line);
            continue;
        }
        last.push_back(std::move(line));
        if (last.size() > *most) last.pop_front();
    }
    for (const auto& line : last) printer.print(line);
    printer.flush();
    if (called.has("--follow")) follow(printer, log, *asked);
    return !found && !asked->asks_nothing() ? exit_no : exit_yes;
}

} // namespace

int show_records(const invocation& called, const config& gateway) { return show(called, gateway, people(gateway), {}); }

int reveal_records(const invocation& called, const config& gateway) {
    const people named(gateway);
    auto known = named.known(called.values("--addresses"));
    if (!known) return complain(known.error()), exit_unusable;
    return show(called, gateway, named, *std::move(known));
}

namespace {

struct counts {
    std::map<std::string, std::uint64_t> by_value;
    std::uint64_t total = 0;
    std::uint64_t damaged = 0; // lines
};

counts count(audit_reader log, grouping by, const policy::query& asked) {
    counts out;
    for (std::string line; log.next(line);) {
        const auto record = record_in(line);
        if (!record) {
            ++out.damaged;
        } else if (!record->contains("event") && policy::matches(*record, asked)) {
            for (auto& value : policy::counted_values(*record, by, asked)) {
                ++out.by_value[std::move(value)];
                ++out.total;
            }
        }
    }
    return out;
}

std::string upper(std::string text) {
    std::ranges::transform(text, text.begin(),
                           [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
    return text;
}

// Times in their order, all else by how often.
std::vector<std::pair<std::string, std::uint64_t>> in_order(const counts& counted, grouping by) {
    std::vector<std::pair<std::string, std::uint64_t>> out(counted.by_value.begin(), counted.by_value.end());
    if (by != grouping::day && by != grouping::hour)
        std::ranges::stable_sort(out, std::greater{}, &std::pair<std::string, std::uint64_t>::second);
    return out;
}

void print(const invocation& called, const counts& counted, grouping by) {
    const std::string name(policy::grouping_names()[static_cast<std::size_t>(by)]);
    const std::string what = policy::is_of_recipients(by) ? "recipients" : "messages";
    const bool csv = called.has("--csv");
    std::vector<row> rows;
    rows.push_back(csv ? row{name, what, "percent"} : row{upper(name), upper(what), "PERCENT"});
    for (const auto& [value, number] : in_order(counted, by)) {
        const auto share = 100.0 * static_cast<double>(number) / static_cast<double>(counted.total);
        if (called.json())
            std::cout << json::serialize(json::object{{name, value}, {what, number}}) << '\n';
        else
            rows.push_back({text::printable(value), std::to_string(number), fmt::format("{:.1f}", share)});
    }
    if (called.json()) return;
    csv ? print_csv(std::cout, rows) : print_table(std::cout, rows);
}

} // namespace

int show_counts(const invocation& called, const config& gateway) {
    const auto asked = query_of(called, people(gateway));
    if (!asked) return exit_unusable;
    const auto names = called.values("--by");
    const auto by = policy::to_grouping(names.empty() ? "outcome" : names.back());
    if (!by) {
        std::string all;
        for (const auto known : policy::grouping_names()) all += (all.empty() ? "" : ", ") + std::string(known);
        complain("--by takes one of " + all + ", not \"" + names.back() + "\"");
        return exit_unusable;
    }
    const auto counted = count(audit_reader(gateway.audit_directory()), *by, *asked);
    print(called, counted, *by);
    if (counted.damaged > 0)
        complain(std::to_string(counted.damaged) +
                 " records are damaged and not counted; sealgate audit verify names the first");
    return counted.total == 0 && !asked->asks_nothing() ? exit_no : exit_yes;
}

} // namespace sealgate::milter
