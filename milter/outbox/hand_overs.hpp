// To whom copies were handed over, across restarts: a file without content for each, named by what makes the copy the same
// (contrib/design/outbox_format.md). A hand-over under way has one, too, so that a crash in the middle of it is known.
//
// Errors throw std::system_error. May be called from several threads.
// Tested by outbox/queue_test and e2e/test_outbox.py.
#pragma once

#include "policy/base/rfc3339.hpp"

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

namespace sealgate::milter {

class hand_overs {
public:
    static constexpr std::chrono::hours remembered{7 * 24};

    explicit hand_overs(std::filesystem::path directory)
        : directory_(std::move(directory)) {}

    // Handed over within `remembered`.
    bool are_done(const std::string& identity, wall_time now) const;
    bool have_begun(const std::string& identity) const;

    // These two are synced when they return.
    void begin(const std::vector<std::string>& identities) const;
    void finish(const std::vector<std::string>& identities, wall_time now) const;
    // It did not come to that, for certain.
    void take_back(const std::string& identity) const;

    void forget_old(wall_time now) const;

private:
    std::filesystem::path begun_file(const std::string& identity) const { return directory_ / (identity + ".begun"); }
    std::filesystem::path done_file(const std::string& identity) const { return directory_ / identity; }

    std::filesystem::path directory_;
};

} // namespace sealgate::milter
