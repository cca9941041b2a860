#include "keys/base/clock.hpp"
#include "keys/protection/part_accounts.hpp"
#include "milter/base/named_files.hpp"
#include "milter/cli/table.hpp"
#include "milter/commands/list.hpp"
#include "milter/gateway/judge.hpp"
#include "milter/protocol/collector.hpp"
#include "milter/threads/file.hpp"
#include "policy/audit/record.hpp"
#include "policy/base/text.hpp"
#include "policy/decision/refusal.hpp"
#include "policy/decision/thread.hpp"
#include "policy/mail/mailbox_list.hpp"
#include "policy/notices/due.hpp"

#include <chrono>
#include <iostream>
#include <optional>

namespace sealgate::milter {

namespace {

// The envelope sender, where nobody names it: most programs put the same address into From.
policy::address sender_named_in(const policy::message& mail) {
    for (const auto value : policy::field_values(mail, "From"))
        for (const auto& spelled : policy::mailbox_addresses(value)) return policy::parse_address(spelled);
    return {};
}

// What the gateway would have got from Postfix.
transaction as_transaction(const std::string& bytes, const invocation& called, const snapshot& live) {
    transaction made;
    made.mail = policy::parse_message(bytes);
    made.size = policy::size_of(made.mail);
    const auto from = called.values("--from");
    made.sender = from.empty() ? sender_named_in(made.mail) : policy::parse_address(from.back());
    const auto to = called.values("--to");
    for (const auto& one : to.empty() ? policy::visible_recipients(made.mail) : to)
        made.recipients.push_back(policy::parse_address(one));
    made.truncated =
        made.size > live.gateway.limits.largest_message() || made.mail.fields.size() + made.recipients.size() > most_entries;
    return made;
}

void print_parts(const std::vector<policy::part_account>& parts) {
    std::vector<std::vector<std::string>> rows{{"PART", "TYPE", "VERDICT"}};
    for (const auto& part : parts) {
        rows.push_back({part.path, part.type, part.verdict});
        for (const auto& packet : part.packets) rows.push_back({"", "", "  " + packet});
    }
    if (!parts.empty()) print_table(std::cout, rows, "  ");
}

// Who gets something else than the message in hand, which is sealed then.
void print_copies(const policy::decision& made) {
    for (const auto& copy : made.forms.copies) {
        std::vector<std::string> to;
        for (const auto one : copy.recipients) to.push_back(policy::shown(made.recipients[one].who));
        std::cout << "  a copy of their own (" << name_of(copy.what) << "): " << text::join(to, ", ") << '\n';
    }
    if (!made.further_readers.empty())
        std::cout << "  further keys it is encrypted to: " << text::join(made.further_readers, ", ") << '\n';
}

// What the sender would hear by mail, unless they know already: that stands in the running gateway's state.
policy::notice_state notice_for(const snapshot& live, const transaction& mail, const judgement& judged) {
    const auto kind = policy::notice_due({.rules = live.rules,
                                          .known = judged.known,
                                          .made = judged.made,
                                          .mail = mail.mail,
                                          .sender = mail.sender,
                                          .user = mail.auth_user,
                                          .mode = live.gateway.mode});
    return kind ? policy::state_of(*kind) : policy::notice_state::none;
}

// With where a key comes from and whose word stands for it, unless it is the organisation's own.
std::string in_words(const policy::key_facts& key) {
    std::string out(name_of(key.state));
    const bool is_plain = key.source == policy::key_source::own && key.standing != policy::key_standing::bound;
    if (key.fingerprint.empty() || is_plain) return out;
    return out.append(" (").append(name_of(key.source)).append(", ").append(name_of(key.standing)).append(")");
}

void print_for_people(const std::string& file, const snapshot& live, const judgement& judged,
                      const std::vector<policy::part_account>& parts, const std::string& reply, policy::notice_state notice) {
    const auto& rules = live.rules;
    const auto& made = judged.made;
    std::cout << text::printable(file) << ": " << name_of(made.what)
              << (live.gateway.mode == policy::mode::monitor ? " (monitor: it would pass unchanged)" : "") << '\n';
    std::cout << "  classification: " << (made.classification ? rules.classifications[*made.classification].name : "none");
    if (judged.known.findings.tags.empty()) std::cout << " (untagged)";
    for (const auto& tag : judged.known.findings.tags) std::cout << ", tag \"" << tag.tag << "\" in " << name_of(tag.where);
    if (judged.known.by != policy::author::person) std::cout << ", written by a " << name_of(judged.known.by);
    std::cout << '\n';
    if (made.thread)
        std::cout << "  answers mail that is " << rules.classifications[made.thread->classification].name << " (known by its "
                  << name_of(made.thread->known_by) << "): " << name_of(made.thread->effect) << '\n';
    for (const auto& miss : judged.known.findings.near_misses)
        std::cout << (miss.unread ? "  not to be read for certain: " : "  nearly a tag in ") << name_of(miss.where)
                  << (miss.charset.empty() ? "" : " (charset " + miss.charset + ")")
                  << (miss.suggestion.empty() ? "" : ": " + miss.suggestion + " may be meant") << '\n';
    std::cout << "  protection: " << name_of(judged.known.brought)
              << (judged.protection_note.empty() ? "" : " (" + judged.protection_note + ")") << '\n';
    print_parts(parts);
    if (!judged.known.foreign_keys.empty())
        std::cout << "  encrypted to keys of no known recipient or sender: " << text::join(judged.known.foreign_keys, " ")
                  << '\n';
    std::vector<std::vector<std::string>> rows{{"RECIPIENT", "TIER", "ACTION", "KEY", "RESULT", "REASON"}};
    for (const auto& one : made.recipients)
        rows.push_back({policy::shown(one.who), rules.tiers.name(one.tier), std::string(name_of(one.cell)), in_words(one.key),
                        std::string(name_of(one.result)), std::string(name_of(one.why))});
    print_table(std::cout, rows, "  ");
    print_copies(made);
    if (!judged.failure_note.empty()) std::cout << "  deferred: " << judged.failure_note << '\n';
    if (notice != policy::notice_state::none)
        std::cout << "  notice to the sender: " << name_of(notice) << ", unless they were told already\n";
    for (const auto line : text::split(reply, '\n'))
        if (!line.empty()) std::cout << "  " << line << '\n';
}

thread_lookup lookup_in(const std::optional<thread_table>& threads) {
    return [&threads](const std::vector<std::string>& ids) -> std::optional<std::vector<std::string>> {
        if (ids.empty()) return std::vector<std::string>{};
        return threads ? std::optional(threads->find(ids)) : std::nullopt;
    };
}

// Nothing is decided about it, so nothing but its parts can be told.
void print_report(const std::string& file, const std::string& type, const invocation& called, const snapshot& live,
                  const std::vector<policy::part_account>& parts) {
    if (called.json()) {
        const policy::facts unknown;
        policy::decision none;
        none.what = policy::outcome::deliver;
        std::cout
            << policy::explain_line(
                   {.rules = live.rules, .known = unknown, .made = none, .mode = live.gateway.mode, .reply = {}, .names = {}},
                   file, parts, type)
            << '\n';
        return;
    }
    std::cout << text::printable(file) << ": passes undecided\n"
              << "  a report without a sender (" << type << "): no decision, one line in the log\n";
    print_parts(parts);
}

// Whether the file could be read.
bool explain(const std::string& file, const invocation& called, const snapshot& live,
             const std::optional<thread_table>& threads) {
    const auto bytes = read_file_or_input(file);
    if (!bytes) {
        complain(file + ": " + bytes.error());
        return false;
    }
    const auto mail = as_transaction(*bytes, called, live);
    if (mail.recipients.empty()) {
        complain(file + ": nobody in To or Cc; name the recipients with --to ADDRESS");
        return false;
    }
    const auto parts = keys::anatomy(mail.mail);
    if (const auto type = passing_report(live, mail, lookup_in(threads))) {
        print_report(file, *type, called, live, parts);
        return true;
    }
    const auto now = keys::this_second();
    const auto judged = observe_and_decide(live, mail, lookup_in(threads), now);
    const auto reply = policy::reply_for(live.rules, judged.known, judged.made, "explained");
    const auto text = reply ? policy::to_string(*reply) : std::string{};
    const auto notice = notice_for(live, mail, judged);
    if (called.json()) {
        std::cout << policy::explain_line({.rules = live.rules,
                                           .known = judged.known,
                                           .made = judged.made,
                                           .mode = live.gateway.mode,
                                           .reply = text,
                                           .names = {},
                                           .notice = notice},
                                          file, parts, {})
                  << '\n';
    } else {
        print_for_people(file, live, judged, parts, text, notice);
    }
    return true;
}

// What the gateway remembers.
std::optional<thread_table> known_threads(const config& gateway) {
    auto read = read_threads(gateway.threads_directory());
    if (!read.problem.empty())
        complain(read.problem + (read.known ? "; explained with what can be read of it"
                                            : "; explained as by a gateway that cannot tell what a mail answers"));
    return std::move(read.known);
}

} // namespace

int cmd_explain(const invocation& called) {
    const auto live = load_snapshot(called.config_path);
    if (!live) {
        for (const auto& error : live.error()) std::cerr << text::printable(error, 2000) << '\n';
        return exit_unusable;
    }
    const auto threads = known_threads((*live)->gateway);
    bool all_read = true;
    for (const auto& file : called.words) all_read = explain(file, called, **live, threads) && all_read;
    return all_read ? exit_yes : exit_unusable;
}

} // namespace sealgate::milter
