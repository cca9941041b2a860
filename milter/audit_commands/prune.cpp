#include "milter/audit_commands/prune.hpp"

#include "milter/audit/address_key.hpp"
#include "milter/cli/current_user.hpp"
#include "milter/cli/json_line.hpp"
#include "milter/control/client.hpp"
#include "policy/audit/chain.hpp"
#include "policy/audit/query.hpp"

#include <iostream>
#include <string>

namespace sealgate::milter {

int prune_audit_log(const invocation& called, const config& gateway) {
    if (!gateway.audit.keep) {
        complain("audit.keep is not set: the log is kept for ever");
        return exit_unusable;
    }
    constexpr std::chrono::minutes patience{10};
    const auto user = current_user(load_pseudonyms(gateway.audit, if_missing::fail));
    const auto answer = ask_gateway(gateway.control_socket(), "prune " + user, patience);
    if (!answer) {
        complain(answer.error());
        return exit_unusable;
    }
    if (called.json()) print_json_line(*answer);
    if (const auto problem = policy::text_in(*answer, "problem"); problem && !problem->empty()) {
        complain(*problem);
        return exit_no;
    }
    if (called.json()) return exit_yes;
    const auto files = policy::number_in(*answer, "files");
    const auto* awaited = answer->if_contains("awaited");
    const bool is_awaited = awaited && *awaited == true;
    if (files == 0 && !is_awaited)
        std::cout << "nothing is older than audit.keep, but for what stands in a file with newer records\n";
    if (files > 0)
        std::cout << "taken away: "
                  << policy::records(policy::number_in(*answer, "first_record"), policy::number_in(*answer, "last_record"))
                  << ", in " << files << (files == 1 ? " file" : " files") << ", until "
                  << policy::text_in(*answer, "until").value_or("") << '\n';
    if (is_awaited)
        std::cout << "more is old enough, and stays until each database of audit.sinks has it: see sealgate status\n";
    return exit_yes;
}

} // namespace sealgate::milter
