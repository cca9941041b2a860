// Enumerators and their names: one table an enum, `names(E)`, found by overload beside the enum. Every enumerator stands in it.
// Tested by decision/split_test.
#pragma once

#include <optional>
#include <string_view>

namespace sealgate::policy {

template <class E>
struct named {
    E value;
    std::string_view name;
};

template <class E>
constexpr std::string_view name_of(E value) {
    for (const auto& entry : names(E{}))
        if (entry.value == value) return entry.name;
    return "?";
}

// The enumerator of that exact name, if there is one.
template <class E>
constexpr std::optional<E> named_as(std::string_view name) {
    for (const auto& entry : names(E{}))
        if (entry.name == name) return entry.value;
    return std::nullopt;
}

} // namespace sealgate::policy
