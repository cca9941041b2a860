// What the scalars of a configuration file say: texts, numbers, durations, sizes, words of an enum.
//
// Each reader adds a diagnostic and gives nothing where the node is something else.
// Tested by load/policy_test and milter/settings/config_test.
#pragma once

#include "policy/base/spelling.hpp"
#include "policy/base/yaml.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sealgate::yaml {

std::optional<std::string> as_text(const node& value, error_sink& errors);
std::optional<bool> as_bool(const node& value, error_sink& errors); // true or false
std::optional<std::uint64_t> as_count(const node& value, error_sink& errors);
// "24h", "30m", "90s", "7d", in seconds.
std::optional<std::uint64_t> to_seconds(std::string_view text);
std::optional<std::uint64_t> as_seconds(const node& value, error_sink& errors);
// "50MiB", "10KiB", "1GiB" or plain octets.
std::optional<std::uint64_t> as_octets(const node& value, error_sink& errors);
// A list of texts; a single text counts as a list of one.
std::vector<std::pair<std::string, mark>> as_texts(const node& value, error_sink& errors);

// One of an enum's names.
template <class E>
std::optional<E> as_enum(const node& value, error_sink& errors, const auto& table) {
    std::vector<std::string> names;
    const auto word = as_text(value, errors);
    if (!word) return std::nullopt;
    for (const auto& entry : table) {
        if (entry.name == *word) return entry.value;
        names.emplace_back(entry.name);
    }
    std::string list;
    for (const auto& name : names) list += (list.empty() ? "" : ", ") + name;
    errors.add(value.at, "\"" + *word + "\" is none of: " + list + did_you_mean(*word, names));
    return std::nullopt;
}

} // namespace sealgate::yaml
