// Why something is not on disk: what a thread that writes tells those who wait for it.
// Tested by audit/log_test and threads/memory_test.
#pragma once

#include <exception>
#include <string>

namespace sealgate::milter {

struct unwritten {
    std::string text;     // one line; empty: it is on disk
    bool no_room = false; // on the disk, or in memory

    bool empty() const { return text.empty(); }
    // For those to whom all reasons are alike.
    operator std::string() const { return text; } // NOLINT: a reason is read as its text
};

unwritten why_unwritten(const std::exception& problem);

} // namespace sealgate::milter
