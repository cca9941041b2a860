// A problem that lasts is said once, and that it is over. Not for several threads.
// Tested by audit/log_test and threads/memory_test.
#pragma once

#include <optional>
#include <string>
#include <utility>

namespace sealgate::milter {

class lasting_problem {
public:
    bool lasts() const { return !said_.empty(); }
    const std::string& what() const { return said_; } // empty: none

    // What to say: the problem, or that it works again; nothing where that is said. Empty: there is none.
    std::optional<std::string> news(std::string problem) {
        if (problem == said_) return std::nullopt;
        const auto before = std::exchange(said_, std::move(problem));
        return said_.empty() ? "works again: " + before : said_;
    }

private:
    std::string said_;
};

} // namespace sealgate::milter
