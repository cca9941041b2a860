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

} // namespace sealgate::milter
