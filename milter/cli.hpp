// The command line: `sealgate [--config FILE] COMMAND [OPTION…] [WORD…]`. One table of commands, one small file a command.
//
// Options may stand before and after the command's words, as --name VALUE or --name=VALUE; "--" ends them. Exit statuses:
// 0 yes or done, 1 no (errors found, log broken, key missing), 2 called wrongly or could not run.
#pragma once

#include <cstdint>
#include <expected>
#include <initializer_list>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::milter {

enum exit_status : int { exit_yes = 0, exit_no = 1, exit_unusable = 2 };

enum class takes : std::uint8_t { nothing, value };

struct option_spec {
    std::string_view name; // "--json"
    takes argument;
};

// What a command was called with.
class invocation {
public:
    std::string config_path;
    std::vector<std::string> words;

    bool has(std::string_view option) const { return options_.contains(std::string(option)); }
    bool json() const { return has("--json"); }
    // The values of an option in order; none where it was not given.
    std::vector<std::string> values(std::string_view option) const;

private:
    friend std::expected<invocation, std::string> parse_arguments(std::span<const std::string_view>,
                                                                  std::span<const option_spec>);
    std::map<std::string, std::vector<std::string>> options_;
};

// --config is known everywhere. The error says which word is wrong, with the nearest option.
std::expected<invocation, std::string> parse_arguments(std::span<const std::string_view> arguments,
                                                       std::span<const option_spec> known);

struct command_entry {
    std::string_view name;
    std::string_view synopsis; // what stands behind the name
    std::string_view summary;  // one line
    std::string_view details;  // the rest of --help
    std::initializer_list<option_spec> options;
    int (*run)(const invocation&);
};

// Digits and nothing else, as the value of an option.
std::optional<std::uint64_t> whole_number(std::string_view digits);

// One line on standard error, "sealgate: …"; control characters made visible.
void complain(std::string_view text);

} // namespace sealgate::milter
