// The commands as a table, and how the command line finds one in it: `sealgate [--config FILE] COMMAND [OPTION…] [ARGUMENT…]`.
//
// A command may consist of others (`audit show`): each has options of its own and a --help of its own. Refused, with an
// exit_status of 2 and a line that says what would do: an unknown command, an option that this one does not take, and too few
// or too many arguments.
#pragma once

#include "milter/cli/arguments.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::milter {

struct argument_count {
    std::size_t least = 0;
    std::size_t most = 0;
};

inline constexpr argument_count one_argument{.least = 1, .most = 1};

struct command_entry {
    std::string_view name;
    std::string_view synopsis = ""; // what stands behind the name
    std::string_view summary;       // one line
    std::string details = {};       // the rest of --help
    std::vector<option_spec> options = {};
    argument_count arguments = {};                // beside options
    int (*run)(const invocation&) = nullptr;      // null where it consists of others
    std::span<const command_entry> commands = {}; // which are these
};

// A command that works with what `open` gives it, a pointer or an optional: nothing after a complaint, and then it does not
// run.
template <auto open, auto run>
int with_desk(const invocation& called) {
    const auto desk = open(called);
    return desk ? run(*desk, called) : exit_unusable;
}

// `arguments` as main() has them, without the program's name. Returns an exit_status.
int run_command_line(std::span<const command_entry> commands, std::vector<std::string_view> arguments);

} // namespace sealgate::milter
