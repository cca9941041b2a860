// Changes of main.cf and master.cf as values: what is to stand where, what stood there, the postconf(1) command that does it,
// and the way back. Pure.
#pragma once

#include "milter/postfix/configuration.hpp"

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::milter {

struct postfix_edit {
    // `own`: -o of a service, "submission/inet/smtpd_milters"; `service`: a line of master.cf, "127.0.0.1:10025/inet".
    enum class place : std::uint8_t { parameter, own, service };

    place where = place::parameter;
    std::string key;
    std::optional<std::string> before, after; // nothing: it does not stand there
    bool operator==(const postfix_edit&) const = default;

    bool is_in_main() const { return where == place::parameter; }
    postfix_edit undone() const { return {.where = where, .key = key, .before = after, .after = before}; }
};

// What stands there now, spelled as in an edit.
std::optional<std::string> found_at(const postfix_configuration& now, postfix_edit::place where, std::string_view key);
// Whether it is as the edit has it.
bool is_made(const postfix_configuration& now, const postfix_edit& edit);

// An edit to that end; nothing where it is so already.
std::optional<postfix_edit> edit_to(const postfix_configuration& now, postfix_edit::place where, std::string key,
                                    std::optional<std::string> after);

// For postconf; for people, as a line to type (`option`: " -c DIR" or empty); and as it stands in the file then.
std::vector<std::string> postconf_arguments(const postfix_edit& edit);
std::string postconf_command(const postfix_edit& edit, std::string_view option);
std::string shown_line(const postfix_edit& edit);

// In single quotes where a shell would not take it as it is.
std::string shell_quoted(std::string_view word);

// What was done, so that it can be undone: kept beside main.cf, where only root writes.
struct postfix_record {
    std::vector<postfix_edit> edits; // in the order in which they were made
    std::string main_cf, master_cf;  // digests of the files as they were left; empty where unknown
    bool operator==(const postfix_record&) const = default;
};

std::string to_text(const postfix_record& record);
std::expected<postfix_record, std::string> parse_record(std::string_view text);

// Later edits behind earlier ones: of the same place, the first `before` and the last `after`.
std::vector<postfix_edit> merged(std::vector<postfix_edit> earlier, const std::vector<postfix_edit>& later);

} // namespace sealgate::milter
