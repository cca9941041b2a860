// Runs a program of the mail server, and takes what it prints.
// Tested by postfix/program_test.
#pragma once

#include <expected>
#include <string>
#include <vector>

namespace sealgate::milter {

struct ran_program {
    int status = 0; // as exit(3) was given it; 128 and more: a signal
    std::string output, errors;
};

// With nothing on standard input, and nothing of our environment but its language: C. Blocks until it ends. The error: why it
// could not be run.
std::expected<ran_program, std::string> run_program(const std::string& path, const std::vector<std::string>& arguments);

// One of Postfix's own, such as "postconf", and what it prints. `configuration`: the directory of main.cf; empty: Postfix's
// own. The error is one line: which command, and what it said.
std::expected<std::string, std::string> run_of_postfix(const char* tool, const std::string& configuration,
                                                       std::vector<std::string> arguments);
// With what it said on standard error.
std::expected<ran_program, std::string> ran_of_postfix(const char* tool, const std::string& configuration,
                                                       std::vector<std::string> arguments);

} // namespace sealgate::milter
