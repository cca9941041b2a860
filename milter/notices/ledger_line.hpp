// One line of the ledger of notices: what senders were told, what waits to be told (contrib/design/notices_format.md). Pure.
//
// What is read is checked: a line that is not of this form is an error in one line.
// Tested by notices/ledger_test.
#pragma once

#include "policy/notices/due.hpp"

#include <chrono>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::milter {

// A mail that waits for its sender's digest.
struct collected_mail {
    std::string sender; // envelope address
    std::string language;
    std::chrono::system_clock::time_point due;
    policy::told_mail mail;
};

struct ledger_line {
    std::chrono::system_clock::time_point at;
    std::vector<std::string> told = {}; // keys: 64 lower-case hex digits
    std::optional<collected_mail> collected = {};
    std::string sent = {}; // whose digest left: an address in the form of policy::address::key()
};

// With its line end.
std::string to_text(const ledger_line& line);
std::expected<ledger_line, std::string> parse_ledger_line(std::string_view text);

} // namespace sealgate::milter
