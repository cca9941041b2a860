#include "milter/audit_commands/policy.hpp"

#include "milter/cli/json_line.hpp"
#include "milter/settings/policy_archive.hpp"

#include <iostream>
#include <string>

namespace sealgate::milter {

int print_kept_policy(const invocation& called, const config& gateway) {
    const auto& digest = called.words.front();
    const auto text = kept_policy(gateway.audit_directory(), digest);
    if (!text) {
        complain(text.error());
        return exit_no;
    }
    if (called.json())
        print_json_line(boost::json::object{{"policy", digest}, {"text", *text}});
    else
        std::cout << *text;
    return exit_yes;
}

} // namespace sealgate::milter
