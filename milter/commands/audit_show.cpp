#include "milter/commands/audit_show.hpp"

#include "milter/audit/search.hpp"
#include "milter/cli/table.hpp"
#include "milter/commands/audit_question.hpp"
#include "policy/base/spelling.hpp"
#include "policy/base/text.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <deque>
#include <iostream>
#include <map>
#include <optional>
#include <poll.h>
#include <unistd.h>
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

row row_of(const found_record& found) {
    if (!found.record) return {"(a damaged record)"};
    const auto& record = *found.record;
    if (record.contains("event")) return row_of_event(record);
    const auto outcome = text_at(record, "outcome") + (text_at(record, "mode") == "monitor" ? " (monitor)" : "");
    // Seconds are enough for people; --json has the rest.
    return {text_at(record, "time").substr(0, 19),
            text_at(record, "id"),
            text_at(record, "queue_id"),
            text_at(record, "sender"),
            text_at(record, "classification"),
            outcome,
            recipients_at(record)};
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

void print_csv_rows(const json::object& record) {
    if (record.contains("event")) return;
    row message;
    for (const auto field : of_message) message.push_back(text_at(record, field));
    const json::object nobody;
    auto recipients = policy::recipients_in(record);
    if (recipients.empty()) recipients.push_back(&nobody);
    for (const auto* one : recipients) {
        auto cells = message;
        for (const auto field : of_recipient) cells.push_back(text_at(*one, field));
        print_csv(std::cout, {cells});
    }
}

// Prints records as they come; but a table's columns wait until all rows of the beginning are there.
class record_printer {
public:
    // `known`: whose hashes are undone.
    record_printer(const invocation& called, known_people known)
        : json_(called.json())
        , csv_(called.has("--csv"))
        , known_(std::move(known)) {
        if (csv_) print_csv_heading();
    }

    void print(found_record found) {
        if (!known_.all.empty() && found.record) reveal(found);
        if (json_)
            print_json(found);
        else if (csv_ && found.record)
            print_csv_rows(*found.record);
        else if (begun_)
            std::cout << text::join(row_of(found), "  ") << '\n';
        else if (!csv_)
            rows_.push_back(row_of(found));
    }

    // All that was printed so far is on standard output now.
    void flush() {
        if (!json_ && !csv_ && !std::exchange(begun_, true)) print_table(std::cout, std::exchange(rows_, {}));
        std::cout << std::flush;
    }

    // Where a list of addresses put nothing back, which may be a slip: another list, or another way of writing.
    void tell_whether_the_list_helped() const {
        const auto is_met = [&](const auto& hash) { return met_.contains(hash); };
        if (known_.lines > 0 && std::ranges::none_of(known_.listed, is_met))
            complain("none of the " + std::to_string(known_.lines) + " addresses in --addresses occurs in what was shown");
    }

private:
    void reveal(found_record& found) {
        json::value record(*std::move(found.record));
        policy::reveal(record, known_.all, met_);
        found.line = json::serialize(record);
        found.record = std::move(record.as_object());
    }

    static void print_json(const found_record& found) {
        const auto line = found.record ? found.line : json::serialize(json::object{{"damaged", found.line}});
        std::cout << text::printable_json(line) << '\n';
    }

    bool json_, csv_;
    known_people known_;
    policy::hash_set met_;
    bool begun_ = false;
    std::vector<row> rows_{heading};
};

void tell_damaged(std::uint64_t lines) {
    if (lines == 1) complain("1 record is damaged and answers nothing; sealgate audit verify names it");
    if (lines > 1)
        complain(std::to_string(lines) + " records are damaged and answer nothing; sealgate audit verify names the first");
}

std::string decisions(std::uint64_t n) { return n == 1 ? "1 decision" : std::to_string(n) + " decisions"; }

// `how`: what is wrong with the key, and what would do.
void tell_another_key(std::uint64_t number, const config& gateway, std::string_view how) {
    if (number == 0) return;
    if (gateway.audit.addresses == policy::address_form::clear)
        complain("the addresses of " + decisions(number) +
                 " are hashed, and the configuration names no key for them (audit.addresses, audit.address_key)");
    else
        complain("the addresses of " + decisions(number) + " are hashed under another key than " + gateway.audit.address_key +
                 std::string(how));
}

void tell_hidden_domains(std::uint64_t number) {
    if (number > 0)
        complain("the recipients' domains of " + decisions(number) +
                 " are not in the log: their addresses are hashed as a whole (audit.addresses: keyed)");
}

// Waits a while, or until nobody can read standard output any more: false then.
bool wait_for_more() {
    pollfd output{.fd = STDOUT_FILENO, .events = 0, .revents = 0};
    return ::poll(&output, 1, static_cast<int>(between_looks.count())) <= 0;
}

// Until somebody ends it, or nobody can read it any more.
int follow(record_printer& printer, audit_search& log, const config& gateway, bool about_people) {
    auto told = log.hashed();
    auto damaged = log.damaged();
    do {
        for (found_record one; log.next(one);) printer.print(std::move(one));
        printer.flush();
        tell_damaged(log.damaged() - std::exchange(damaged, log.damaged()));
        const auto before = std::exchange(told, log.hashed());
        if (about_people)
            tell_another_key(told.under_another_key - before.under_another_key, gateway,
                             " had when this began: begin again if it was replaced since (audit.address_key)");
        tell_hidden_domains(told.without_domain - before.without_domain);
    } while (std::cout && wait_for_more());
    return exit_unusable;
}

bool names_people(const policy::query& asked) {
    const auto in_clear = [](const std::string& address) { return !policy::is_pseudonym(address); };
    return std::ranges::any_of(asked.senders, in_clear) || std::ranges::any_of(asked.recipients, in_clear);
}

// The exit status. A question about people that some of the log can't answer is told from one that nothing answers.
int conclude(const audit_search& log, const policy::query& asked, const config& gateway, bool found, bool about_people) {
    tell_damaged(log.damaged());
    auto [another, unknown, without_domain] = log.hashed();
    if (!about_people) another = unknown = 0;
    tell_another_key(another, gateway, ": put back the one that they were written with (audit.address_key)");
    if (unknown > 0 && !found)
        complain("the log does not say under which key the addresses of " + decisions(unknown) + " are hashed; is " +
                 gateway.audit.address_key + " the one?");
    tell_hidden_domains(without_domain);
    if (found || asked.asks_nothing()) return exit_yes;
    return another > 0 || without_domain > 0 ? exit_unusable : exit_no;
}

int show(const invocation& called, const config& gateway, const people& named, known_people known) {
    const auto asked = question_in(called, gateway, named);
    const auto most = most_shown(called);
    if (!asked || !most) return exit_unusable;
    const bool about_people = names_people(*asked) || !known.all.empty();
    audit_search log(gateway.audit_directory(), *asked, named);
    record_printer printer(called, std::move(known));
    std::deque<found_record> last;
    bool found = false;
    for (found_record one; log.next(one); found = true) {
        if (*most == SIZE_MAX) {
            printer.print(std::move(one));
            continue;
        }
        last.push_back(std::move(one));
        if (last.size() > *most) last.pop_front();
    }
    for (auto& one : last) printer.print(std::move(one));
    printer.flush();
    const auto status = conclude(log, *asked, gateway, found, about_people);
    if (found) printer.tell_whether_the_list_helped();
    return called.has("--follow") ? follow(printer, log, gateway, about_people) : status;
}

} // namespace

int show_records(const invocation& called, const config& gateway) { return show(called, gateway, people(gateway), {}); }

int reveal_records(const invocation& called, const config& gateway) {
    const people named(gateway);
    auto known = named.known(called.values("--addresses"));
    if (!known) return complain(known.error()), exit_unusable;
    for (const auto& remark : known->remarks) complain(remark);
    return show(called, gateway, named, *std::move(known));
}

namespace {

struct counts {
    std::map<std::string, std::uint64_t> by_value;
    std::uint64_t total = 0;
    std::size_t ways_of_naming = 0; // where people are counted
};

counts count(audit_search& log, grouping by, const policy::query& asked) {
    counts out;
    policy::ways_of_naming ways;
    const bool counts_people = by == grouping::sender || by == grouping::recipient;
    for (found_record one; log.next(one);) {
        if (!one.record || one.record->contains("event")) continue;
        for (auto& value : policy::counted_values(*one.record, by, asked)) {
            if (counts_people) ways.see(value, log.key_in_use());
            ++out.by_value[std::move(value)];
            ++out.total;
        }
    }
    out.ways_of_naming = ways.number();
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
            std::cout << text::printable_json(json::serialize(json::object{{name, value}, {what, number}})) << '\n';
        else
            rows.push_back({text::printable(value), std::to_string(number), fmt::format("{:.1f}", share)});
    }
    if (called.json()) return;
    csv ? print_csv(std::cout, rows) : print_table(std::cout, rows);
}

} // namespace

int show_counts(const invocation& called, const config& gateway) {
    const people named(gateway);
    const auto names = called.values("--by");
    const auto by = policy::to_grouping(names.empty() ? "outcome" : names.back());
    if (!by) {
        const std::vector<std::string> all(policy::grouping_names().begin(), policy::grouping_names().end());
        complain("--by: \"" + text::printable(names.back()) + "\" is none of: " + text::join(all, ", ") +
                 did_you_mean(names.back(), all));
        return exit_unusable;
    }
    const auto asked = question_in(called, gateway, named);
    if (!asked) return exit_unusable;
    audit_search log(gateway.audit_directory(), *asked, named);
    const auto counted = count(log, *by, *asked);
    print(called, counted, *by);
    if (counted.ways_of_naming > 1)
        complain("addresses were hashed under " + std::to_string(counted.ways_of_naming) +
                 " keys or forms (audit.addresses); one person may be counted more than once");
    return conclude(log, *asked, gateway, counted.total > 0, names_people(*asked));
}

} // namespace sealgate::milter
