#include "keys/discovery/host_name.hpp"

#include "policy/base/hex.hpp"
#include "policy/base/text.hpp"

#include <algorithm>

namespace sealgate::keys {

namespace {

constexpr std::size_t longest_name = 253, longest_label = 63; // RFC 1035 section 2.3.4, less what DNS adds

bool is_label(std::string_view label) {
    return !label.empty() && label.size() <= longest_label && !label.starts_with('-') && !label.ends_with('-') &&
           std::ranges::all_of(label, [](char c) { return text::is_alphanumeric(c) || c == '-'; });
}

bool is_number(std::string_view label) {
    if (std::ranges::all_of(label, text::is_digit)) return true;
    return text::istarts_with(label, "0x") &&
           std::ranges::all_of(label.substr(2), [](char c) { return text::hex_digit(c).has_value(); });
}

} // namespace

bool is_host_name(std::string_view name) {
    if (name.size() > longest_name) return false;
    const auto labels = text::split(name, '.');
    return labels.size() > 1 && std::ranges::all_of(labels, is_label) && !is_number(labels.back());
}

} // namespace sealgate::keys
