// The gateway's own log: one line a fact on standard error, for the journal. Never a subject, a body or a key.
//
// Control characters become visible; a line is cut at 2000 code points. Any thread.
// Tested by outbox/queue_test.
#pragma once

#include <string_view>

namespace sealgate::milter {

void log_line(std::string_view text);

} // namespace sealgate::milter
