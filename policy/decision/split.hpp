// Who gets which form of one message (contract.md section 4, point 5): the recipients in To and Cc who need it encrypted share
// one ciphertext, each hidden one (Bcc) has a ciphertext of their own, and those who may have it in clear get the original.
//
// The message that Postfix has in hand always becomes a sealed one, so that a recipient who should have been taken off it
// and was not gets nothing readable. All others leave as copies. Where it is known before that a recipient may stay on it,
// all leave as copies. Pure.
#pragma once

#include "policy/base/names.hpp"
#include "policy/decision/facts.hpp"
#include "policy/rules/vocabulary.hpp"

#include <cstddef>
#include <span>
#include <vector>

namespace sealgate::policy {

enum class form : std::uint8_t { original, sealed };

constexpr auto names(form) { return std::to_array<named<form>>({{form::original, "original"}, {form::sealed, "sealed"}}); }

// Recipients by their place among the message's.
struct split_copy {
    form what;
    std::vector<std::size_t> recipients;
    bool operator==(const split_copy&) const = default;
};

struct split {
    std::vector<std::size_t> here; // who stays with the message in hand; nobody: it goes nowhere
    std::vector<split_copy> copies;
    bool operator==(const split&) const = default;
};

// Of a message whose outcome is `seal`: each result is deliver, warn or seal.
split split_by_form(std::span<const outcome> results, std::span<const visibility> seen);

// The same where nobody can be taken off the message in hand: if somebody would have to be, all leave as copies, and those
// who would have stayed come first.
split without_taking_off(split forms);

} // namespace sealgate::policy
