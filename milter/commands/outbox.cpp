// sealgate outbox: looks at the files themselves, and changes them under their locks; a running gateway sees
// it at its next look.

#include "milter/base/decision_id.hpp"
#include "milter/cli/configured.hpp"
#include "milter/cli/json_line.hpp"
#include "milter/cli/table.hpp"
#include "milter/cli/time_span.hpp"
#include "milter/commands/list.hpp"
#include "milter/outbox/copy_file.hpp"
#include "milter/outbox/places.hpp"
#include "policy/base/rfc3339.hpp"
#include "policy/base/text.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <chrono>
#include <iostream>
#include <optional>

namespace sealgate::milter {

namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

struct listed_copy {
    std::string_view state;
    copy_head head;
};

struct listing {
    std::vector<listed_copy> copies;
    std::vector<std::string> problems;
};

void read_into(listing& out, const std::vector<found_copy>& found, std::string_view state) {
    for (const auto& one : found) {
        if (one.id.empty()) {
            out.problems.push_back(one.file.string() + " is none of the outbox's");
            continue;
        }
        auto head = read_head(one.file);
        if (head)
            out.copies.push_back({.state = state, .head = *std::move(head)});
        else if (head.error().what == copy_state::unreadable)
            out.problems.push_back(std::move(head.error().text));
    }
}

listing read_all(const outbox_places& places) {
    listing out;
    read_into(out, find_waiting(places), "waiting");
    read_into(out, find_failed(places), "failed");
    return out;
}

json::object as_json(const listed_copy& copy) {
    json::array recipients;
    for (const auto& one : copy.head.recipients)
        recipients.push_back(json::object{{"address", one.address}, {"last_reply", one.last_reply}});
    return {{"id", copy.head.id},
            {"state", copy.state},
            {"decision", copy.head.decision},
            {"created", rfc3339(copy.head.created)},
            {"sender", copy.head.sender},
            {"recipients", std::move(recipients)},
            {"tries", copy.head.tries},
            {"next_try", copy.state == "waiting" ? json::value(rfc3339(copy.head.next_try)) : json::value(nullptr)},
            {"size", copy.head.size}};
}

std::vector<std::string> row_of(const listed_copy& copy) {
    const auto second = [](wall_time time) { return rfc3339(time).substr(0, 19); };
    std::vector<std::string> addresses;
    for (const auto& one : copy.head.recipients) addresses.push_back(one.address);
    return {copy.head.id,
            std::string(copy.state),
            text::printable(copy.head.decision),
            second(copy.head.created),
            std::to_string(copy.head.tries),
            copy.state == "waiting" ? second(copy.head.next_try) : "-",
            copy.head.sender.empty() ? "<>" : text::printable(copy.head.sender),
            text::printable(text::join(addresses, ", "), 80),
            text::printable(copy.head.recipients.front().last_reply, 80)};
}

int list(const outbox_places& places, const invocation& called) {
    const auto all = read_all(places);
    if (called.json()) {
        for (const auto& copy : all.copies) print_json_line(as_json(copy));
    } else if (all.copies.empty()) {
        std::cout << "the outbox is empty\n";
    } else {
        std::vector<std::vector<std::string>> rows{
            {"ID", "STATE", "DECISION", "CREATED (UTC)", "TRIES", "NEXT TRY (UTC)", "SENDER", "RECIPIENTS", "LAST REPLY"}};
        for (const auto& copy : all.copies) rows.push_back(row_of(copy));
        print_table(std::cout, rows);
    }
    for (const auto& problem : all.problems) complain(problem);
    return all.problems.empty() ? exit_yes : exit_no;
}

int done(std::string_view what, const std::string& id, const invocation& called) {
    if (called.json())
        print_json_line(json::object{{"change", what}, {"id", id}});
    else
        std::cout << what << "  " << id << '\n';
    return exit_yes;
}

int refuse(const std::string& id, const copy_problem& problem) {
    switch (problem.what) {
    case copy_state::gone: complain("there is no copy " + id + "; see sealgate outbox list"); break;
    case copy_state::busy: complain("copy " + id + " is being handed over now"); break;
    case copy_state::unreadable: complain(problem.text); break;
    }
    return exit_no;
}

std::expected<std::shared_ptr<claimed_copy>, copy_problem> claim(const fs::path& file) {
    if (file.empty()) return std::unexpected(copy_problem{copy_state::gone, {}});
    return claimed_copy::claim(file);
}

// Back into waiting/, from the beginning.
int retry_failed(const outbox_places& places, const std::string& id, const invocation& called) {
    const auto failed = claim(places.failed_file(id));
    if (!failed) return refuse(id, failed.error());
    const auto to = places.waiting_file(id);
    if (fs::exists(to)) return complain("copy " + id + " waits for others already; try again when they have it"), exit_no;
    auto head = (*failed)->head;
    head.created = head.next_try = std::chrono::system_clock::now();
    head.tries = 0;
    keys::make_private_directory(to.parent_path());
    keys::replace_file(to, octet_pieces{head_line(head), (*failed)->message});
    keys::sync_directory(places.waiting());
    (*failed)->remove();
    return done("retried", id, called);
}

int retry_one(const outbox_places& places, const std::string& id, const invocation& called) {
    const auto copy = claim(places.waiting_file(id));
    if (!copy && copy.error().what == copy_state::gone) return retry_failed(places, id, called);
    if (!copy && copy.error().what == copy_state::busy) return done("retried", id, called); // it is being tried just now
    if (!copy) return refuse(id, copy.error());
    (*copy)->head.next_try = std::chrono::system_clock::now();
    (*copy)->rewrite();
    return done("retried", id, called);
}

int retry(const outbox_places& places, const invocation& called) {
    if (called.words.size() == 1) return retry_one(places, called.words[0], called);
    int status = exit_yes;
    for (const auto& one : find_waiting(places))
        if (fs::exists(places.waiting_file(one.id))) status = std::max(status, retry_one(places, one.id, called));
    return status;
}

int remove_one(const fs::path& file, const std::string& id, const invocation& called) {
    const auto copy = claim(file);
    if (!copy) return refuse(id, copy.error());
    (*copy)->remove();
    return done("removed", id, called);
}

// What `outbox remove` chooses without an id; of several conditions all have to hold.
struct removal {
    bool failed = false;
    std::optional<wall_time> before;
    std::string decision, recipient;

    bool takes(const listed_copy& one) const {
        const auto is_to = [&](const waiting_recipient& who) { return text::iequals(who.address, recipient); };
        return (!failed || one.state == "failed") && (!before || one.head.created < *before) &&
               (decision.empty() || text::iequals(one.head.decision, decision)) &&
               (recipient.empty() || std::ranges::any_of(one.head.recipients, is_to));
    }
};

// Nothing after a complaint.
std::optional<removal> removal_of(const invocation& called) {
    removal out{.failed = called.has("--failed"), .before = {}, .decision = {}, .recipient = called.value("--recipient")};
    if (called.has("--decision")) {
        const auto written = called.value("--decision");
        const auto id = read_decision_id(written);
        if (!id) return complain("--decision: \"" + written + "\" is no decision id such as 7Q2K-M4XD"), std::nullopt;
        out.decision = *id;
    }
    if (!called.has("--older")) return out;
    const auto age = time_span(called, "--older", {});
    if (!age) return std::nullopt;
    out.before = std::chrono::system_clock::now() - *age;
    return out;
}

// Where a copy was named by what is its own, that there is none is a mistake; an outbox without old or failed ones is as it
// should be.
int removed_none(const removal& chosen, const invocation& called) {
    if (!chosen.decision.empty() || !chosen.recipient.empty()) {
        complain("no such copy is in the outbox, and nothing was removed; see sealgate outbox list");
        return exit_no;
    }
    if (!called.json()) std::cout << "nothing to remove\n";
    return exit_yes;
}

int remove_chosen(const outbox_places& places, const invocation& called) {
    const auto chosen = removal_of(called);
    if (!chosen) return exit_unusable;
    int status = exit_yes;
    bool is_any = false;
    for (const auto& one : read_all(places).copies) {
        if (!chosen->takes(one)) continue;
        is_any = true;
        const auto& id = one.head.id;
        const auto file = one.state == "failed" ? places.failed_file(id) : places.waiting_file(id);
        status = std::max(status, remove_one(file, id, called));
    }
    return is_any ? status : removed_none(*chosen, called);
}

int remove(const outbox_places& places, const invocation& called) {
    constexpr std::string_view filters[] = {"--failed", "--older", "--decision", "--recipient"};
    const bool is_filtered = std::ranges::any_of(filters, [&](auto name) { return called.has(name); });
    if (is_filtered != called.words.empty()) {
        complain(
            "outbox remove takes an id, or some of --failed, --older, --decision and --recipient; see sealgate outbox list");
        return exit_unusable;
    }
    if (is_filtered) return remove_chosen(places, called);
    const auto& id = called.words[0];
    const auto waiting = places.waiting_file(id);
    const bool is_waiting = !waiting.empty() && fs::exists(waiting);
    return remove_one(is_waiting ? waiting : places.failed_file(id), id, called);
}

template <int (*run)(const outbox_places&, const invocation&)>
int in_outbox(const invocation& called) {
    const auto gateway = configured(called);
    if (!gateway) return exit_unusable;
    const outbox_places places{gateway->outbox_directory()};
    // Closed to us is not empty: this throws.
    if (fs::exists(places.root)) fs::directory_iterator(places.waiting()), fs::directory_iterator(places.failed());
    return run(places, called);
}

} // namespace

const std::array<command_entry, 3> outbox_commands{{
    {.name = "list",
     .synopsis = "[--json]",
     .summary = "list what waits, and what could be neither delivered nor returned (failed)",
     .options = {json_option},
     .run = in_outbox<list>},
    {.name = "retry",
     .synopsis = "[--json] [ID]",
     .summary = "have a copy tried now; without ID, all that wait; a failed one waits again",
     .options = {json_option},
     .arguments = {.least = 0, .most = 1},
     .run = in_outbox<retry>},
    {.name = "remove",
     .synopsis = "[--json] ID | [--failed] [--older TIME] [--decision ID] [--recipient ADDRESS]",
     .summary = "delete copies: their recipients do not get them, and nobody is told",
     .details = "One, or all to which each condition applies. --failed: what could be neither delivered nor returned.\n"
                "--older: made so long ago, such as 30d or 12h.\n",
     .options = {json_option,
                 {"--failed", takes::nothing},
                 {"--older", takes::value},
                 {"--decision", takes::value},
                 {"--recipient", takes::value}},
     .arguments = {.least = 0, .most = 1},
     .run = in_outbox<remove>},
}};

} // namespace sealgate::milter
