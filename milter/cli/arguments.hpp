// What a command was called with: options and words (milter/cli/dispatch.hpp finds the command).
//
// Options may stand before and after the command's words, as --name VALUE or --name=VALUE; "--" ends them. Exit statuses:
// 0 yes or done, 1 no (errors found, log broken, key missing), 2 called wrongly or could not run.
#pragma once

#include <cstdint>
#include <expected>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::milter {

enum exit_status : int { exit_yes = 0, exit_no = 1, exit_unusable = 2 };

// `value` stands once: of two, one would be passed over in silence.
enum class takes : std::uint8_t { nothing, value, values };

struct option_spec {
    std::string_view name; // "--json"
    takes argument;
    bool may_be_empty = false; // where an empty value says something
};

inline constexpr option_spec config_option{"--config", takes::value}, json_option{"--json", takes::nothing},
    postfix_option{"--postfix-config", takes::value};

// What a command was called with.
class invocation {
public:
    std::string config_path;
    std::vector<std::string> words;

    bool has(std::string_view option) const { return options_.contains(std::string(option)); }
    bool json() const { return has("--json"); }
    // The values of an option in order; none where it was not given.
    std::vector<std::string> values(std::string_view option) const;
    // Of one that stands once.
    std::string value(std::string_view option, std::string_view otherwise = {}) const;

private:
    friend std::expected<invocation, std::string> parse_arguments(std::span<const std::string_view>,
                                                                  std::span<const option_spec>);
    std::map<std::string, std::vector<std::string>> options_;
};

// --config is known everywhere; of several, the last one counts. An empty word or value is refused: a script's variable that
// was not set. The error says which it is, which option is wrong, and which there are.
std::expected<invocation, std::string> parse_arguments(std::span<const std::string_view> arguments,
                                                       std::span<const option_spec> known);

// Whether all that was printed has arrived (a disk can be full); if not, says so.
bool is_output_written();

// One line on standard error, "sealgate: …"; control characters made visible.
void complain(std::string_view text);

} // namespace sealgate::milter
