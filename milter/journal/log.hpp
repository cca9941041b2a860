// The gateway's own log: one line a fact, for the journal where systemd runs it, else on standard error. Never a subject, a
// body or a key.
//
// Control characters become visible; a line is cut at 2000 code points. Any thread.
// Tested by journal/entry_test and e2e/test_status.py.
#pragma once

#include "milter/journal/entry.hpp"

#include <string_view>

namespace sealgate::milter {

// Lines below that level are not written. What a program writes before: all.
void set_log_level(level least);

void log_error(std::string_view text, const log_fields& fields = {});
void log_warning(std::string_view text, const log_fields& fields = {});
void log_line(std::string_view text, const log_fields& fields = {}); // a notice
void log_info(std::string_view text, const log_fields& fields = {});

} // namespace sealgate::milter
