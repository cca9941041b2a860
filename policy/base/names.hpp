// Enumerators and their names: one table an enum, `names(E)`, found by overload beside the enum. A table that lacks an
// enumerator does not compile. Tested by decision/decide_test.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>

namespace sealgate::policy {

template <class E>
struct named {
    E value;
    std::string_view name;
};

namespace detail {

// What the compiler calls it: "… [with E = reason; E value = …", then its name, or a cast of its number where it has none.
template <class E, E value>
constexpr bool is_enumerator() {
    const std::string_view function = __PRETTY_FUNCTION__;
    return function[function.rfind("value = ") + 8] != '(';
}

template <class E>
constexpr std::size_t count_of_enumerators() {
    return []<int... number>(std::integer_sequence<int, number...>) {
        return (std::size_t{0} + ... + (is_enumerator<E, static_cast<E>(number)>() ? 1U : 0U));
    }
    (std::make_integer_sequence<int, 100>());
}

} // namespace detail

template <class E>
constexpr std::string_view name_of(E value) {
    static_assert(names(E{}).size() == detail::count_of_enumerators<E>(), "its table lacks an enumerator");
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
