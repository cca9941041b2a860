#include "milter/held_commands/show.hpp"

#include "milter/base/decision_id.hpp"
#include "milter/cli/json_line.hpp"
#include "milter/cli/table.hpp"
#include "milter/held/waiting_mails.hpp"
#include "milter/held_commands/held_mail.hpp"
#include "policy/audit/query.hpp"
#include "policy/base/rfc3339.hpp"
#include "policy/base/text.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <iostream>

namespace sealgate::milter {

namespace {

namespace json = boost::json;

constexpr std::size_t widest = 80; // of a cell

std::string second_of(const queue_entry& one) { return rfc3339(wall_time(std::chrono::seconds(one.arrival))).substr(0, 19); }

std::string sender_of(const queue_entry& one) { return one.sender.empty() ? "<>" : text::printable(one.sender); }

std::string remark_on(const held_mail& one) {
    if (one.begun) return one.begun->what == begun_permit::purpose::release ? "being released" : "being refused";
    return one.is_expired ? "expired" : one.is_forgotten ? "forgotten" : "";
}

std::vector<std::string> row_of(const held_mail& one) {
    const auto decision = decision_of(one);
    return {one.entry.id,
            decision.empty() ? "-" : text::printable(decision),
            second_of(one.entry),
            text::octets(one.entry.size),
            sender_of(one.entry),
            text::printable(text::join(one.entry.recipients, ", "), widest),
            text::printable(why_held(one), widest),
            remark_on(one)};
}

std::string printable_lines(std::string_view content) {
    std::string out;
    while (!content.empty()) out.append(text::printable(text::take_line(content), 1000)).append("\n");
    return out;
}

// What is to be typed to go on with it, as it stands here.
std::vector<std::pair<std::string, std::string>> commands_for(const held_desk& desk, const held_mail& one) {
    if (one.begun) {
        const bool is_release = one.begun->what == begun_permit::purpose::release;
        const auto& of = one.begun->permit;
        const auto as = of.as.empty() ? std::string{} : " --as " + of.as;
        return {{"goes on with what was begun", std::string("sealgate held ") + (is_release ? "release " : "refuse ") +
                                                    of.queue_id + desk.postfix_option + as}};
    }
    const auto end = one.entry.id + desk.postfix_option;
    return {{"decide anew, by today's policy and keys, and let it go", "sealgate held release " + end},
            {"the same, as what it was meant to be", "sealgate held release " + end + " --as CLASSIFICATION"},
            {"tell its sender that it is not sent, and remove it", "sealgate held refuse " + end}};
}

void print_details(const held_desk& desk, const held_mail& one, const std::string& header) {
    const auto& entry = one.entry;
    const auto decision = decision_of(one);
    std::cout << "queue id    " << entry.id << "\ndecision    " << (decision.empty() ? "-" : text::printable(decision))
              << "\nsince       " << second_of(entry) << " UTC" << (remark_on(one).empty() ? "" : ", " + remark_on(one))
              << "\nsize        " << text::octets(entry.size) << "\nsender      " << sender_of(entry) << '\n';
    for (const auto& to : entry.recipients) std::cout << "recipient   " << text::printable(to) << '\n';
    if (!one.reason) std::cout << "why         not held by sealgate: see the mail server's log\n";
    if (one.reason) {
        const auto classification = policy::text_in(*one.reason, "classification").value_or("untagged");
        std::cout << "counts as   " << text::printable(classification) << '\n';
        for (const auto* recipient : policy::recipients_in(*one.reason)) {
            const auto say = [&](std::string_view field) {
                return text::printable(policy::text_in(*recipient, field).value_or("-"));
            };
            std::cout << "why         " << say("address") << " (" << say("tier") << "): " << say("result") << ", "
                      << say("reason") << '\n';
        }
    }
    std::cout << "may release " << who_may_release() << "\n\n";
    for (std::string_view rest = header; !rest.empty();)
        std::cout << "    " << text::printable(text::take_line(rest), 1000) << '\n';
    std::cout << '\n';
    for (const auto& [what, command] : commands_for(desk, one)) std::cout << what << ":\n    " << command << '\n';
    if (!decision.empty())
        std::cout << "the whole decision:\n    sealgate audit show --id " << text::printable(decision) << '\n';
}

// Who is told of held mail is told of what is there: the gateway itself cannot see it.
void forget_what_is_gone(const held_desk& desk, const std::vector<held_mail>& there) {
    constexpr std::chrono::minutes until_it_is_there{5};
    std::vector<std::string> ids;
    for (const auto& one : there) ids.push_back(one.entry.id);
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    waiting_mails(desk.permits->directory()).forget_but(ids, now - until_it_is_there);
}

} // namespace

int list_held(const held_desk& desk, const invocation& called) {
    const auto queue = desk.look();
    if (!queue) return exit_unusable;
    const auto reasons = desk.reasons(held_desk::held_of(*queue));
    const begun_index begun(desk.begun());
    const auto mails = held_mails(desk, *queue, reasons, begun);
    forget_what_is_gone(desk, mails);
    if (called.json()) {
        for (const auto& one : mails) print_json_line(as_json(one));
        return exit_yes;
    }
    if (mails.empty()) {
        std::cout << "no mail is held\n";
        return exit_yes;
    }
    std::vector<std::vector<std::string>> rows{
        {"ID", "DECISION", "SINCE (UTC)", "SIZE", "SENDER", "RECIPIENTS", "WHY", "REMARK"}};
    for (const auto& one : mails) rows.push_back(row_of(one));
    print_table(std::cout, rows);
    std::cout << "\nmay be released by " << who_may_release() << ": sealgate held show ID" << desk.postfix_option << '\n';
    return exit_yes;
}

int show_held(const held_desk& desk, const invocation& called) {
    const auto queue = desk.look();
    if (!queue) return exit_unusable;
    const auto& id = called.words[0];
    const auto decision = read_decision_id(id);
    const auto reasons = desk.reasons(held_desk::held_of(*queue));
    const begun_index begun(desk.begun());
    const auto mails = held_mails(desk, *queue, reasons, begun);
    const auto one = std::ranges::find_if(
        mails, [&](const held_mail& mail) { return mail.entry.id == id || (decision && decision_of(mail) == *decision); });
    if (one == mails.end()) {
        complain("no mail " + id + " is held; see sealgate held list");
        return exit_no;
    }
    const bool whole = called.has("--body");
    const auto content = whole ? desk.queue.content(one->entry.id) : desk.queue.header(one->entry.id);
    if (!content) {
        complain(content.error());
        return exit_unusable;
    }
    if (!called.json()) {
        print_details(desk, *one, *content);
        return exit_yes;
    }
    auto line = as_json(*one);
    line[whole ? "content" : "header"] = printable_lines(*content);
    json::array commands;
    for (const auto& [what, command] : commands_for(desk, *one)) commands.push_back(json::string(command));
    line["commands"] = std::move(commands);
    print_json_line(line);
    return exit_yes;
}

} // namespace sealgate::milter
