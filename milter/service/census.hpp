// What a running gateway has to count, and does not at each question: certificates by state, held mail. Counted beside the
// network thread, where the last count is old.
// Tested by e2e/test_status.py.
#pragma once

#include "milter/control/vitals.hpp"
#include "milter/settings/snapshot.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/thread_pool.hpp>

#include <chrono>
#include <cstddef>
#include <map>
#include <memory>

namespace sealgate::milter {

std::map<policy::key_state, std::size_t> count_states(const keys::keyring& all, keys::time_point now);

class census {
public:
    // Suspends while it counts. What cannot be read stays as it was counted before. Network thread.
    boost::asio::awaitable<void> renew(std::shared_ptr<const snapshot> live, boost::asio::thread_pool& pool);

    const key_counts& keys() const { return last_.keys; }
    const vitals::waiting& held() const { return last_.held; }

private:
    struct counted {
        key_counts keys;
        vitals::waiting held;
    };
    static counted count(const snapshot& live);

    counted last_;
    std::shared_ptr<const keys::keyring> of_;
    std::chrono::steady_clock::time_point counted_at_{};
    bool is_counting_ = false;
};

} // namespace sealgate::milter
