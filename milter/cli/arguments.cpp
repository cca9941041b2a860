#include "milter/cli/arguments.hpp"

#include "policy/base/spelling.hpp"
#include "policy/base/text.hpp"

#include <algorithm>
#include <cerrno>
#include <iostream>
#include <system_error>

namespace sealgate::milter {

std::vector<std::string> invocation::values(std::string_view option) const {
    const auto at = options_.find(std::string(option));
    return at == options_.end() ? std::vector<std::string>{} : at->second;
}

std::string invocation::value(std::string_view option, std::string_view otherwise) const {
    const auto given = values(option);
    return given.empty() ? std::string(otherwise) : given.back();
}

namespace {

std::string unknown_option(std::string_view name, std::span<const option_spec> known) {
    std::vector<std::string> names;
    for (const auto& one : known) names.emplace_back(one.name);
    names.insert(names.end(), {"--config", "--help"});
    const auto meant = did_you_mean(name, names);
    return "unknown option " + std::string(name) + (meant.empty() ? "; it takes " + text::join(names, ", ") : meant);
}

} // namespace

std::expected<invocation, std::string> parse_arguments(std::span<const std::string_view> arguments,
                                                       std::span<const option_spec> known) {
    invocation made;
    made.config_path = "/etc/sealgate/sealgate.yaml";
    bool only_words = false;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        const auto argument = arguments[i];
        if (only_words || argument == "-" || !argument.starts_with('-')) {
            made.words.emplace_back(argument);
            if (argument.empty()) return std::unexpected("argument " + std::to_string(made.words.size()) + " is empty");
            continue;
        }
        if (argument == "--") {
            only_words = true;
            continue;
        }
        const auto equals = argument.find('=');
        const auto name = argument.substr(0, equals);
        const auto at = std::ranges::find(known, name, &option_spec::name);
        if (at == known.end() && name != config_option.name) return std::unexpected(unknown_option(name, known));
        const auto& spec = at == known.end() ? config_option : *at;
        std::string value;
        if (spec.argument == takes::nothing) {
            if (equals != std::string_view::npos) return std::unexpected(std::string(name) + " takes no value");
        } else if (equals != std::string_view::npos) {
            value = argument.substr(equals + 1);
        } else if (i + 1 < arguments.size()) {
            value = arguments[++i];
        } else {
            return std::unexpected(std::string(name) + " needs a value");
        }
        if (spec.argument != takes::nothing && value.empty() && !spec.may_be_empty)
            return std::unexpected(std::string(name) + " needs a value, and this one is empty");
        if (&spec == &config_option) {
            made.config_path = value;
            made.options_[std::string(name)] = {std::move(value)};
            continue;
        }
        auto& values = made.options_[std::string(name)];
        if (spec.argument == takes::value && !values.empty()) return std::unexpected(std::string(name) + " stands twice");
        values.push_back(std::move(value));
    }
    return made;
}

bool is_output_written() {
    errno = 0;
    std::cout.flush();
    if (std::cout) return true;
    complain("standard output could not be written" + (errno != 0 ? ": " + std::generic_category().message(errno) : ""));
    return false;
}

void complain(std::string_view text) { std::cerr << "sealgate: " + text::printable(text, 2000) + "\n" << std::flush; }

} // namespace sealgate::milter
