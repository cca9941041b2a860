// A mark for each action, so that a form without colours can be read at a glance.
// Tested by handbook/handbook_test.
#pragma once

#include "policy/base/html.hpp"
#include "policy/rules/vocabulary.hpp"

#include <string_view>
#include <utility>

namespace sealgate::policy {

// For text: one character that every terminal has.
constexpr std::string_view mark_of(action what) {
    switch (what) {
    case action::deliver: return "+";
    case action::warn: return "!";
    case action::encrypt: return "#";
    case action::require: return "*";
    case action::hold: return "=";
    case action::reject: return "x";
    }
    std::unreachable();
}

// For a page: a drawing of 24 by 24, in the colour of the text around it.
constexpr html::markup drawing_of(action what) {
    switch (what) {
    case action::deliver: return "<path d=\"M4 12h14M12.5 6l6 6-6 6\"/>";
    case action::warn: return "<path d=\"M12 3.5 22 20.5H2z\"/><path d=\"M12 10v5M12 17.6v.2\"/>";
    case action::encrypt:
        return "<rect x=\"4.5\" y=\"10.5\" width=\"15\" height=\"10\" rx=\"1.5\"/><path d=\"M8 10.5V7a4 4 0 0 1 8 0v3.5\"/>";
    case action::require: return "<circle cx=\"8\" cy=\"12\" r=\"4.5\"/><path d=\"M12.5 12H22M18.5 12v4\"/>";
    case action::hold: return "<circle cx=\"12\" cy=\"12\" r=\"9.5\"/><path d=\"M9.5 8v8M14.5 8v8\"/>";
    case action::reject: return "<circle cx=\"12\" cy=\"12\" r=\"9.5\"/><path d=\"M8 8l8 8M16 8l-8 8\"/>";
    }
    std::unreachable();
}

} // namespace sealgate::policy
