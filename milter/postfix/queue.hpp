// Postfix's queue, by Postfix's own commands: postqueue(1), postcat(1), postsuper(1). The only user of them. For root; the
// gateway itself may not (NoNewPrivileges). Blocks.
// Tested by e2e/test_held.py.
#pragma once

#include "milter/postfix/program.hpp"
#include "milter/postfix/queue_entry.hpp"

#include <cstddef>
#include <expected>
#include <string>
#include <vector>

namespace sealgate::milter {

class postfix_queue {
public:
    // `configuration`: the directory of main.cf; empty: Postfix's own.
    explicit postfix_queue(std::string configuration)
        : configuration_(std::move(configuration)) {}

    // Errors are one line: which command, and what it said.
    std::expected<read_queue, std::string> list() const;
    std::expected<held_envelope, std::string> envelope(const std::string& id) const;
    std::expected<std::string, std::string> header(const std::string& id) const;
    std::expected<std::string, std::string> content(const std::string& id) const;
    // From the hold queue alone. How many were there; an id that is not is no error.
    std::expected<std::size_t, std::string> remove_held(const std::vector<std::string>& ids) const;
    // Lets a held mail go as it is stored.
    std::expected<void, std::string> let_go(const std::string& id) const;

private:
    std::expected<std::string, std::string> run(const char* tool, std::vector<std::string> arguments) const;

    std::string configuration_;
};

} // namespace sealgate::milter
