#include "milter/audit_commands/show.hpp"

#include "milter/audit_commands/nothing_found.hpp"
#include "milter/audit_commands/question.hpp"
#include "milter/cli/audit_lacks.hpp"
#include "milter/cli/record_printer.hpp"
#include "milter/settings/policy_archive.hpp"
#include "policy/base/text.hpp"

#include <chrono>
#include <deque>
#include <iostream>
#include <optional>
#include <poll.h>
#include <unistd.h>
#include <utility>

namespace sealgate::milter {

namespace {

constexpr std::chrono::milliseconds between_looks{300};
constexpr std::size_t shown_before_following = 10;
// --last; nothing after a complaint.
std::optional<std::size_t> most_shown(const invocation& called) {
    const auto last = called.values("--last");
    if (last.empty()) return called.has("--follow") ? shown_before_following : SIZE_MAX;
    const auto& digits = last.back();
    if (const auto most = text::whole_number(digits)) return most;
    return complain("--last takes a whole number, not \"" + digits + "\""), std::nullopt;
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

int show(const invocation& called, const config& gateway, const address_resolver& named, known_people known) {
    const auto of = asked_log::of(called, gateway);
    if (!of) return exit_unusable;
    const auto asked = question_in(called, gateway, *of, named);
    const auto most = most_shown(called);
    if (!asked || !most) return exit_unusable;
    const bool about_people = names_people(*asked) || !known.all.empty();
    auto log = of->search(*asked, named);
    record_printer printer(called, std::move(known), kept_policies(gateway.audit_directory()), of->database() != nullptr);
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
    if (status == exit_no) tell_what_is_not_there(*asked, *of, named);
    return called.has("--follow") ? follow(printer, log, gateway, about_people) : status;
}

} // namespace

int show_records(const invocation& called, const config& gateway) {
    return show(called, gateway, address_resolver(gateway), {});
}

int reveal_records(const invocation& called, const config& gateway) {
    const address_resolver named(gateway);
    auto known = named.known(called.values("--addresses"));
    if (!known) return complain(known.error()), exit_unusable;
    for (const auto& remark : known->remarks) complain(remark);
    return show(called, gateway, named, *std::move(known));
}

} // namespace sealgate::milter
