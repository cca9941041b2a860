// The answers that setup needs: from the command line, from files that are there already, from Postfix as a proposal, or from
// whoever sits at the terminal.
// Tested by e2e/test_setup.py.
#pragma once

#include "milter/cli/arguments.hpp"
#include "milter/installation/first_files.hpp"
#include "milter/postfix/configuration.hpp"

#include <optional>
#include <string>
#include <vector>

namespace sealgate::milter {

// What is known before anybody is asked: of a gateway that is set up already, or nothing.
struct known_answers {
    std::vector<std::string> domains;
    std::string from;
    std::optional<policy::mode> mode;
};

// The domain that Postfix calls its own; empty: it says none that others could write to.
std::string propose_domain(const postfix_configuration& postfix);

// Nothing after a complaint: an answer that is none, or nobody to ask.
std::optional<setup_answers> collect_answers(const invocation& called, const postfix_configuration& postfix,
                                             const known_answers& known);

// Somebody sits at the terminal, and wants to be asked.
bool may_be_asked(const invocation& called);
// Yes or no; no is what an empty line means.
bool is_confirmed(const std::string& question);

} // namespace sealgate::milter
