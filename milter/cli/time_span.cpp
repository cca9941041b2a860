#include "milter/cli/time_span.hpp"

#include "policy/base/yaml_values.hpp"

#include <cstdint>
#include <string>

namespace sealgate::milter {

namespace {

constexpr std::chrono::seconds longest = std::chrono::days(36600);

} // namespace

std::optional<std::chrono::seconds> time_span(const invocation& called, std::string_view option,
                                              std::chrono::seconds otherwise) {
    if (!called.has(option)) return otherwise;
    const auto given = called.value(option);
    const auto seconds = yaml::to_seconds(given);
    if (seconds && *seconds <= static_cast<std::uint64_t>(longest.count()))
        return std::chrono::seconds(static_cast<std::int64_t>(*seconds));
    complain(std::string(option) + ": \"" + given + "\" is no time such as 30d, 12h or 90s");
    return std::nullopt;
}

} // namespace sealgate::milter
