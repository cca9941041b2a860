#include "milter/held_commands/desk.hpp"

#include "keys/base/acting_as_owner.hpp"
#include "milter/audit/address_key.hpp"
#include "milter/audit/event_recorder.hpp"
#include "milter/base/named_files.hpp"
#include "milter/base/own_host_name.hpp"
#include "milter/cli/configured.hpp"
#include "policy/base/rfc3339.hpp"
#include "policy/load/policy.hpp"

#include <algorithm>
#include <filesystem>
#include <unistd.h>
#include <utility>

namespace sealgate::milter {

std::optional<std::vector<queue_entry>> held_desk::look() const {
    auto read = queue.list();
    if (!read) {
        complain("Postfix's queue cannot be read: " + read.error());
        return std::nullopt;
    }
    if (read->passed_over > 0)
        complain(std::to_string(read->passed_over) + " lines of postqueue cannot be read, and are passed over");
    return std::move(read->entries);
}

std::optional<queue_index> held_desk::look_to_change() const {
    auto read = queue.list();
    if (read && read->passed_over == 0) return queue_index(std::move(read->entries));
    const auto lines =
        read ? std::to_string(read->passed_over) + " lines of postqueue -j are of no form that is known here" : "";
    complain("Postfix's queue cannot be read: " + (read ? lines : read.error()) + "; nothing is changed");
    return std::nullopt;
}

std::vector<queue_entry> held_desk::held_of(const std::vector<queue_entry>& queue) {
    std::vector<queue_entry> out;
    std::ranges::copy_if(queue, std::back_inserter(out), &queue_entry::is_held);
    std::ranges::stable_sort(out, {}, &queue_entry::arrival);
    return out;
}

std::unique_ptr<keys::file_lock> held_desk::lock() const {
    return permits->lock([] { complain("another sealgate held is at work, and is waited for"); });
}

std::vector<begun_permit> held_desk::begun() const {
    std::vector<std::string> problems;
    auto out = permits->begun(problems);
    for (const auto& problem : problems) complain(problem);
    return out;
}

held_decisions held_desk::reasons(const std::vector<queue_entry>& held) const {
    return find_held_decisions(gateway.audit_directory(), held);
}

void held_desk::leave_events(const std::vector<begun_event>& events) const {
    const keys::acting_as_owner as(gateway.state);
    std::vector<left_event> left;
    for (const auto& [facts, begun] : events)
        left.push_back({.name = rfc3339(begun) + "-" + facts.id, .fields = policy::held_event(facts)});
    milter::leave_events(gateway.events_directory(), left);
}

std::optional<held_desk> held_desk_of(const invocation& called) {
    if (::geteuid() != 0) {
        complain("must be run as root: nobody else may see and change the mail in Postfix's queue");
        return std::nullopt;
    }
    auto gateway = configured(called);
    if (!gateway) return std::nullopt;
    auto rules = policy::load_policy(gateway->policy_path, read_file, list_directory);
    if (!rules) {
        complain(gateway->policy_path + " has errors; see sealgate check");
        return std::nullopt;
    }
    const auto directory = called.value(postfix_option.name);
    if (!directory.empty() && !std::filesystem::exists(directory + "/main.cf")) {
        complain(directory + ": no Postfix configuration (main.cf) there");
        return std::nullopt;
    }
    auto names = load_pseudonyms(gateway->audit, if_missing::fail);
    auto permits = std::make_unique<held_permits>(gateway->held_directory());
    return held_desk{.gateway = *std::move(gateway),
                     .rules = *std::move(rules),
                     .queue = postfix_queue(directory),
                     .postfix_option = directory.empty() ? "" : " --postfix-config " + directory,
                     .names = std::move(names),
                     .permits = std::move(permits)};
}

std::string who_may_release() {
    const auto host = own_host_name();
    return host.empty() ? "root" : "root on " + host;
}

} // namespace sealgate::milter
