// A problem that lasts is said once, and that it is over.
// Tested by audit/log_test and threads/memory_test.
#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <utility>

namespace sealgate::milter {

// Not for several threads.
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

// The same where one thread says it, and others ask.
class watched_problem {
public:
    std::string what() const {
        const std::lock_guard lock(mutex_);
        return problem_.what();
    }

    std::optional<std::string> news(std::string problem) {
        const std::lock_guard lock(mutex_);
        return problem_.news(std::move(problem));
    }

private:
    mutable std::mutex mutex_;
    lasting_problem problem_;
};

} // namespace sealgate::milter
