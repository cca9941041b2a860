// A file that names people, one address or login a line: "ann@example.org", "Ann <ann@example.org>", "<ann@example.org>".
// Empty lines and lines that begin with # are passed over, a byte order mark too.
//
// Refuses what it would misread: text that is not UTF-8, and several addresses on one line. The error is "FILE:LINE: why".
// Tested by audit_commands/show_test.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::milter {

std::expected<std::vector<std::string>, std::string> read_address_list(const std::string& file, std::string_view bytes);

} // namespace sealgate::milter
