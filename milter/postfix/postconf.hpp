// Postfix's configuration, by its own programs: postconf(1) reads and changes it, postfix(1) checks and reloads it. The only
// user of them. Blocks. Tested by e2e/test_setup.py.
#pragma once

#include "milter/postfix/configuration.hpp"
#include "milter/postfix/edits.hpp"

#include <expected>
#include <string>
#include <utility>

namespace sealgate::milter {

class postconf {
public:
    // `configuration`: the directory of main.cf; empty: Postfix's own.
    explicit postconf(std::string configuration)
        : configuration_(std::move(configuration)) {}

    // Errors are one line: which command, and what it said.
    std::expected<postfix_configuration, std::string> read() const;
    std::expected<void, std::string> make(const postfix_edit& edit) const;
    // Syntax and permissions alone: it takes any nonsense for a milter.
    std::expected<void, std::string> check() const;

    bool is_running() const;
    std::expected<void, std::string> reload() const;

    // " -c DIR" for commands that are shown; empty: Postfix's own.
    std::string option() const { return configuration_.empty() ? "" : " -c " + shell_quoted(configuration_); }
    const std::string& configuration() const { return configuration_; }

private:
    std::expected<void, std::string> run(const char* tool, std::vector<std::string> arguments) const;

    std::string configuration_;
};

} // namespace sealgate::milter
