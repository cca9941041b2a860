// sealgate reload: the running gateway reads both files anew, and says what came of it.

#include "milter/cli/configured.hpp"
#include "milter/cli/json_line.hpp"
#include "milter/commands/list.hpp"
#include "milter/control/client.hpp"
#include "policy/base/text.hpp"

#include <iostream>

namespace sealgate::milter {

int cmd_reload(const invocation& called) {
    const auto gateway = configured_to_ask(called);
    if (!gateway) return exit_no;
    constexpr std::chrono::minutes patience{2}; // a hundred thousand certificates are read in less
    const auto answer = ask_gateway(gateway->control_socket(), "reload", patience);
    if (!answer) {
        complain(answer.error());
        return exit_unusable;
    }
    const auto* ok = answer->if_contains("ok");
    const bool is_in_force = ok && ok->is_bool() && ok->get_bool();
    if (called.json()) {
        print_json_line(*answer);
    } else if (const auto* lines = answer->if_contains("lines"); lines && lines->is_array()) {
        for (const auto& line : lines->get_array())
            if (line.is_string())
                (is_in_force ? std::cout << "reloaded: " : std::cerr)
                    << text::printable(line.get_string().c_str(), 2000) << '\n';
    }
    if (!is_in_force) complain("not reloaded: the configuration in force stays");
    return is_in_force ? exit_yes : exit_no;
}

} // namespace sealgate::milter
