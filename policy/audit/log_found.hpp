// How the audit log was found where it is not as the gateway left it: rotated by another program, cut, written to, replaced.
// The gateway goes on in a new file, and its first record tells of it (contrib/design/audit_format.md, `log-found`).
// Tested by milter/audit/log_found_test.
#pragma once

#include "policy/base/names.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sealgate::policy {

enum class log_state : std::uint8_t {
    gone,     // there is no file of that name any more
    replaced, // another file has its name
    emptied,
    cut,
    grown,   // somebody wrote behind our last record
    changed, // our last record is another one
    damaged, // at the start: what stands at its end is no record
    barred,  // at the start: the gateway may not write it
    no_file, // at the start: a directory, a pipe, a link that leads nowhere
    behind,  // at the start: a checkpoint was signed of a later record, or of another one
};

constexpr auto names(log_state) {
    using enum log_state;
    return std::to_array<named<log_state>>({{gone, "gone"},
                                            {replaced, "replaced"},
                                            {emptied, "emptied"},
                                            {cut, "cut"},
                                            {grown, "grown"},
                                            {changed, "changed"},
                                            {damaged, "damaged"},
                                            {barred, "barred"},
                                            {no_file, "no-file"},
                                            {behind, "behind"}});
}

struct log_found {
    log_state what = log_state::gone;
    std::uint64_t first_record = 1;                // that should be in the file, or should follow its end
    std::uint64_t last_record = 0;                 // after which the log goes on; below the first one: there is none
    std::optional<std::uint64_t> octets_left = {}; // as the gateway left it; nothing at a start
    std::uint64_t octets = 0;                      // as it was found
    std::string kept_as = {};                      // the name that what was found has now; empty where nothing was there

    bool operator==(const log_found&) const = default;
};

// A phrase for people: "audit.jsonl was emptied, where records 1 to 7 should be (…)".
std::string to_string(const log_found& found);

// The fields of the record that tells of it, as audit_event's functions give them.
std::string log_found_event(std::chrono::system_clock::time_point time, const log_found& found);

// What a line of the log tells of it.
struct told_log_found {
    std::string time;
    log_found found;
};
std::optional<told_log_found> log_found_told_in(std::string_view line);

} // namespace sealgate::policy
