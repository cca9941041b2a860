// What waits for a writer thread: pushed by any thread one by one, taken all at once, so that one write and one sync serve all.
// Tested by audit/log_test and threads/memory_test.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

namespace sealgate::milter {

template <class Item>
class batch_queue {
public:
    using time_point = std::chrono::steady_clock::time_point;

    void push(Item one) {
        {
            const std::lock_guard lock(mutex_);
            items_.push_back(std::move(one));
        }
        wake_.notify_one();
    }

    // Nothing is pushed afterwards; what waits is still taken.
    void close() {
        {
            const std::lock_guard lock(mutex_);
            closed_ = true;
        }
        wake_.notify_one();
    }

    std::size_t size() const {
        const std::lock_guard lock(mutex_);
        return items_.size();
    }

    // All that waits, as soon as there is something. Empty: nothing came until then, or nothing will come any more.
    std::vector<Item> take(std::optional<time_point> until = {}) {
        std::unique_lock lock(mutex_);
        const auto is_wanted = [this] { return closed_ || !items_.empty(); };
        if (until)
            wake_.wait_until(lock, *until, is_wanted);
        else
            wake_.wait(lock, is_wanted);
        return std::exchange(items_, {});
    }

private:
    mutable std::mutex mutex_;
    std::condition_variable wake_;
    std::vector<Item> items_;
    bool closed_ = false;
};

} // namespace sealgate::milter
