#include "milter/cli/record_printer.hpp"

#include "milter/cli/table.hpp"
#include "policy/base/text.hpp"
#include "policy/mail/address.hpp"
#include "policy/rules/vocabulary.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <array>
#include <functional>
#include <iostream>
#include <utility>

namespace sealgate::milter {

namespace {

namespace json = boost::json;
using row = std::vector<std::string>;

// Fields of an event that have a column of their own, or say nothing to people.
constexpr std::array<std::string_view, 7> without_details{"seq", "time", "event", "id", "prev", "hash", "gateway"};

std::string text_at(const json::object& record, std::string_view field) {
    const auto text = policy::text_in(record, field);
    return text ? text::printable(*text) : "-";
}

// "bob@x.example sealed 888F7590F897B046D wkd": to which key, by its last digits and where it came from.
std::string recipient_text(const json::object& one) {
    constexpr std::size_t digits = 16;
    auto out = policy::readable(text_at(one, "address")) + " " + text_at(one, "reason");
    const auto fingerprint = policy::text_in(policy::key_in(one), "fingerprint").value_or("");
    if (policy::text_in(one, "result") == "seal" && !fingerprint.empty())
        out += " " + text::printable(fingerprint.substr(fingerprint.size() - std::min(digits, fingerprint.size()))) + " " +
               text_at(policy::key_in(one), "source");
    return out;
}

// How much a recipient decided: a mail is what its strictest recipient is.
policy::outcome weight_of(const json::object& recipient) {
    return policy::named_as<policy::outcome>(policy::text_in(recipient, "result").value_or(""))
        .value_or(policy::outcome::deliver);
}

// For people: who decided first, and of the others as many as a hundred octets or so hold.
std::string recipients_at(const json::object& record) {
    auto all = policy::recipients_in(record);
    std::ranges::stable_sort(all, std::greater{}, [](const auto* one) { return weight_of(*one); });
    constexpr std::size_t enough = 100;
    std::string out;
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (out.size() > enough) return out + ", and " + std::to_string(all.size() - i) + " more";
        out += (out.empty() ? "" : ", ") + recipient_text(*all[i]);
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

// "; policy: - rules: internal: {…}; + …", where the event is a reload of another one.
std::string policy_change_at(const json::object& record, const policy::policy_texts& kept) {
    constexpr std::size_t most_lines = 6;
    const auto before = policy::text_in(record, "policy_before"), now = policy::text_in(record, "policy");
    if (!before || !now || *before == *now) return {};
    return "; policy: " +
           text::join(policy::policy_change_in_words(kept, std::string(*before), std::string(*now), most_lines), "; ");
}

// What an event says beside its time and its name.
row row_of_event(const json::object& record, const policy::policy_texts& kept) {
    std::string told;
    for (const auto& [name, value] : record) {
        if (std::ranges::find(without_details, std::string_view(name)) != without_details.end()) continue;
        told += (told.empty() ? "" : " ") + std::string(name) + "=" + detail(value);
    }
    told = text::printable(told + policy_change_at(record, kept), 1000);
    return {text_at(record, "time").substr(0, 19), text_at(record, "id"), "-", "-", "-", text_at(record, "event"), told};
}

row row_of_record(const found_record& found, const policy::policy_texts& kept) {
    if (!found.record) return {"(a damaged record)"};
    const auto& record = *found.record;
    if (record.contains("event")) return row_of_event(record, kept);
    const auto outcome = text_at(record, "outcome") + (text_at(record, "mode") == "monitor" ? " (monitor)" : "");
    // Seconds are enough for people; --json has the rest.
    return {text_at(record, "time").substr(0, 19),
            text_at(record, "id"),
            text_at(record, "queue_id"),
            policy::readable(text_at(record, "sender")),
            text_at(record, "classification"),
            outcome,
            recipients_at(record)};
}

row with_gateway(row of, std::string gateway) {
    of.insert(of.begin(), std::move(gateway));
    return of;
}

// For spreadsheets: a row for each recipient of each decision. The names are those of the record's fields.
constexpr std::string_view of_message[] = {"time",    "id",     "queue_id",       "message_id", "sender",
                                           "user",    "client", "classification", "protection", "outcome",
                                           "failure", "mode",   "policy"};
constexpr std::string_view of_recipient[] = {"address", "tier", "action", "result", "reason"};
constexpr std::string_view of_key[] = {"fingerprint", "source", "state"};

void print_csv_heading(bool of_several) {
    row names(std::begin(of_message), std::end(of_message));
    if (of_several) names = with_gateway(std::move(names), "gateway");
    names.insert(names.end(), std::begin(of_recipient), std::end(of_recipient));
    for (const auto field : of_key) names.push_back("key_" + std::string(field));
    print_csv(std::cout, {names});
}

void print_csv_rows(const json::object& record, bool of_several) {
    if (record.contains("event")) return;
    row message;
    for (const auto field : of_message) message.push_back(text_at(record, field));
    if (of_several) message = with_gateway(std::move(message), text_at(record, "gateway"));
    const json::object nobody;
    auto recipients = policy::recipients_in(record);
    if (recipients.empty()) recipients.push_back(&nobody);
    for (const auto* one : recipients) {
        auto cells = message;
        for (const auto field : of_recipient) cells.push_back(text_at(*one, field));
        for (const auto field : of_key) cells.push_back(text_at(policy::key_in(*one), field));
        print_csv(std::cout, {cells});
    }
}

void print_json(const found_record& found) {
    const auto line = found.record ? found.line : json::serialize(json::object{{"damaged", found.line}});
    std::cout << text::printable_json(line) << '\n';
}

} // namespace

record_printer::record_printer(const invocation& called, known_people known, policy::policy_texts kept, bool of_several)
    : json_(called.json())
    , csv_(called.has("--csv"))
    , of_several_(of_several)
    , known_(std::move(known))
    , kept_(std::move(kept))
    , rows_{of_several ? with_gateway(heading, "GATEWAY") : heading} {
    if (csv_) print_csv_heading(of_several);
}

void record_printer::print(found_record found) {
    if (!known_.all.empty() && found.record) reveal(found);
    if (json_)
        print_json(found);
    else if (csv_ && found.record)
        print_csv_rows(*found.record, of_several_);
    else if (begun_)
        std::cout << text::join(row_of(found), "  ") << '\n';
    else if (!csv_)
        rows_.push_back(row_of(found));
}

std::vector<std::string> record_printer::row_of(const found_record& found) const {
    auto out = row_of_record(found, kept_);
    return of_several_ ? with_gateway(std::move(out), found.record ? text_at(*found.record, "gateway") : "-") : out;
}

void record_printer::flush() {
    if (!json_ && !csv_ && !std::exchange(begun_, true)) print_table(std::cout, std::exchange(rows_, {}));
    std::cout << std::flush;
}

void record_printer::tell_whether_the_list_helped() const {
    const auto is_met = [&](const auto& hash) { return met_.contains(hash); };
    if (known_.lines > 0 && std::ranges::none_of(known_.listed, is_met))
        complain("none of the " + std::to_string(known_.lines) + " addresses in --addresses occurs in what was shown");
}

void record_printer::reveal(found_record& found) {
    json::value record(*std::move(found.record));
    policy::reveal(record, known_.all, met_);
    found.line = json::serialize(record);
    found.record = std::move(record.as_object());
}

} // namespace sealgate::milter
