// A command of sealgate's as somebody is to type it: about the same files as the one that was called.
// Tested by e2e/test_doctor.py.
#pragma once

#include "milter/cli/arguments.hpp"
#include "milter/postfix/edits.hpp"

#include <string>
#include <string_view>

namespace sealgate::milter {

// "sealgate check"; with --config where the file is another one than the usual.
inline std::string shown_command(std::string_view config_path, std::string_view command) {
    const bool is_usual = config_path == "/etc/sealgate/sealgate.yaml";
    return "sealgate " + (is_usual ? "" : "--config " + shell_quoted(config_path) + " ") + std::string(command);
}

// And with --postfix-config where that was given.
inline std::string shown_command(const invocation& called, std::string_view command) {
    const auto directory = called.value(postfix_option.name);
    return shown_command(called.config_path, command) +
           (directory.empty() ? "" : " --postfix-config " + shell_quoted(directory));
}

} // namespace sealgate::milter
