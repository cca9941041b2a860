#include "milter/cli/dispatch.hpp"

#include "policy/base/spelling.hpp"
#include "policy/base/text.hpp"

#include <algorithm>
#include <iostream>
#include <iterator>
#include <optional>

namespace sealgate::milter {

namespace {

using arguments = std::vector<std::string_view>;

// A command where it was found: "audit show".
struct found_command {
    const command_entry& entry;
    std::string path;

    std::string usage() const {
        return "sealgate [--config FILE] " + path + (entry.synopsis.empty() ? "" : " ") + std::string(entry.synopsis);
    }
    // In brackets, behind an error.
    std::string hint() const { return " (see sealgate " + path + " --help)"; }
};

std::vector<std::string> names_of(std::span<const command_entry> commands) {
    std::vector<std::string> out;
    for (const auto& command : commands) out.emplace_back(command.name);
    return out;
}

// All that some command takes.
std::vector<option_spec> options_of(std::span<const command_entry> commands) {
    std::vector<option_spec> out{config_option};
    for (const auto& command : commands) {
        std::ranges::copy(command.options, std::back_inserter(out));
        std::ranges::copy(options_of(command.commands), std::back_inserter(out));
    }
    return out;
}

// Where the command's name stands: the first word that is neither an option nor an option's value.
std::optional<std::size_t> find_name(const arguments& given, std::span<const command_entry> commands) {
    const auto known = options_of(commands);
    for (std::size_t i = 0; i < given.size(); ++i) {
        if (!given[i].starts_with('-')) return i;
        const auto option = std::ranges::find(known, given[i], &option_spec::name);
        if (option != known.end() && option->argument != takes::nothing) ++i;
    }
    return std::nullopt;
}

bool asks_for_help(const arguments& given) {
    const auto end = std::ranges::find(given, "--");
    return std::find_if(given.begin(), end, [](auto one) { return one == "--help" || one == "-h"; }) != end;
}

void print_list(std::ostream& out, const found_command& of) {
    out << "usage: " << of.usage() << "\n\n";
    for (const auto& one : of.entry.commands) {
        out << "  " << of.path << ' ' << one.name << (one.synopsis.empty() ? "" : " ") << one.synopsis << "\n      "
            << one.summary << '\n';
    }
}

int print_help(const found_command& of) {
    if (of.entry.commands.empty()) {
        std::cout << "usage: " << of.usage() << "\n\n" << of.entry.summary << "\n\n" << of.entry.details;
        return exit_yes;
    }
    print_list(std::cout, of);
    std::cout << "\n" << of.entry.details << "sealgate " << of.path << " COMMAND --help says what one of them takes.\n";
    return exit_yes;
}

int refuse(const std::string& text) {
    complain(text);
    return exit_unusable;
}

int call(const found_command& of, const arguments& given);

// The one of `of`'s commands that is named.
int call_one_of(const found_command& of, arguments given) {
    const auto commands = of.entry.commands;
    const auto at = find_name(given, commands);
    if (!at && asks_for_help(given)) return print_help(of);
    if (!at) {
        complain(of.path + " needs one of: " + text::join(names_of(commands), ", ") + of.hint());
        print_list(std::cerr, of);
        return exit_unusable;
    }
    const auto name = given[*at];
    const auto command = std::ranges::find(commands, name, &command_entry::name);
    if (command == commands.end())
        return refuse(of.path + " has no command \"" + std::string(name) + "\"" + did_you_mean(name, names_of(commands)) +
                      of.hint());
    given.erase(given.begin() + static_cast<std::ptrdiff_t>(*at));
    return call({.entry = *command, .path = of.path + " " + std::string(command->name)}, given);
}

int call(const found_command& of, const arguments& given) {
    if (!of.entry.commands.empty()) return call_one_of(of, given);
    if (asks_for_help(given)) return print_help(of);
    const auto called = parse_arguments(given, of.entry.options);
    if (!called) return refuse(of.path + ": " + called.error() + of.hint());
    const auto count = called->words.size();
    const auto [least, most] = of.entry.arguments;
    if (count > most) return refuse(of.path + ": \"" + called->words[most] + "\" is too much; usage: " + of.usage());
    if (count < least) return refuse(of.path + " needs more; usage: " + of.usage());
    return of.entry.run(*called);
}

int print_general_help(std::span<const command_entry> commands) {
    std::cout << "sealgate: a milter for Postfix that makes an organisation's mail classification true\n\n"
                 "usage: sealgate [--config FILE] COMMAND ...\n\n";
    for (const auto& command : commands) {
        std::string name(command.name);
        name.resize(10, ' ');
        std::cout << "  " << name << command.summary << "\n";
    }
    std::cout << "\n--config FILE   the gateway's configuration; /etc/sealgate/sealgate.yaml if not given\n"
                 "COMMAND --help  what a command does and takes\n\n"
                 "Exit status: 0 yes or done, 1 no (errors found, log broken, key missing), 2 called wrongly or could not "
                 "run.\n";
    return exit_yes;
}

} // namespace

int run_command_line(std::span<const command_entry> commands, arguments given) {
    auto at = find_name(given, commands);
    if (!at && asks_for_help(given)) return print_general_help(commands);
    const bool wants_version = !at && std::ranges::find(given, "--version") != given.end();
    if (!at && !wants_version) return refuse("a command is missing (sealgate --help lists them)");
    const auto name = wants_version ? "version" : given[*at];
    const auto command = std::ranges::find(commands, name, &command_entry::name);
    if (command == commands.end())
        return refuse("there is no command \"" + std::string(name) + "\"" + did_you_mean(name, names_of(commands)) +
                      " (sealgate --help lists them)");
    if (wants_version) return command->run({});
    given.erase(given.begin() + static_cast<std::ptrdiff_t>(*at));
    return call({.entry = *command, .path = std::string(name)}, given);
}

} // namespace sealgate::milter
