// The first line of the input is what a mail calls a charset, the rest is a field without one. Whatever is read of it is valid
// UTF-8, the same each time, no longer than an attacker's octets pay for; and letters and digits stay themselves in every
// charset that is said to leave them alone.
#include "policy/base/text.hpp"
#include "policy/mail/charset.hpp"
#include "policy/mail/readings.hpp"
#include "tests/fuzz/require.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace sealgate;
using namespace sealgate::policy;

bool are_good(const std::vector<std::string>& texts) { return std::ranges::all_of(texts, text::is_utf8); }

bool is_plain(char c) {
    const char lower = text::to_lower(c);
    return text::is_digit(c) || (lower >= 'a' && lower <= 'z') || c == ' ' || c == '[' || c == ']';
}

void check_charset(const std::string& label, std::string_view bytes) {
    const charset named(label);
    const auto read = named.read(bytes);
    require(text::is_utf8(read.utf8) && named.read(bytes).utf8 == read.utf8);
    require(read.utf8.size() <= bytes.size() * 32 + 16);
    const bool plain = std::ranges::all_of(bytes, is_plain);
    using enum charset_kind;
    if (plain && named.kind() != stateful && named.kind() != wide && named.kind() != foreign) require(read.utf8 == bytes);
    for (const auto order : {byte_order::little, byte_order::big})
        if (named.kind() == wide) require(text::is_utf8(named.read_in_order(bytes, order)));
}

void check_readings(const std::string& label, std::string_view value) {
    const auto read = readings_of(value, {.declared = [&] { return std::vector{label}; }, .may_guess = [] { return true; }});
    require(text::is_utf8(read.first.text) && are_good(read.others) && are_good(read.plain) && are_good(read.guesses));
    auto all = read.others;
    all.insert(all.end(), read.plain.begin(), read.plain.end());
    all.insert(all.end(), read.guesses.begin(), read.guesses.end());
    all.push_back(read.first.text);
    std::ranges::sort(all);
    require(std::ranges::adjacent_find(all) == all.end());
    require(read.guessed == read.first.unlabelled);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view rest(reinterpret_cast<const char*>(data), size);
    const std::string label(text::take_line(rest));
    check_charset(label, rest);
    check_readings(label, rest);
    return 0;
}
