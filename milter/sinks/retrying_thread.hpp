// A thread that does one thing until it is told to stop. Where something is in the way it begins anew after a pause, which
// grows as long as it gets on no further. Tested by sinks/retrying_thread_test.
#pragma once

#include "milter/sinks/destination.hpp"

#include <chrono>
#include <functional>
#include <string>
#include <thread>

namespace sealgate::milter {

class retrying_thread {
public:
    struct work {
        const char* name; // of the thread
        // Until it is to stop; then it returns, or throws `stopped`. Throws what is in the way.
        std::function<void()> go_on;
        // Whether it got on further since this was asked last.
        std::function<bool()> got_on;
        std::function<void(std::string problem)> in_the_way;
    };

    explicit retrying_thread(work what); // throws std::system_error where it cannot begin
    ~retrying_thread();                  // waits for its end
    retrying_thread(const retrying_thread&) = delete;
    retrying_thread& operator=(const retrying_thread&) = delete;

    void stop() noexcept; // any thread

    // A descriptor that becomes readable when it is to stop.
    int stop_descriptor() const { return stop_; }
    // False where it is to stop.
    bool wait(std::chrono::milliseconds time) const;

private:
    void run();
    bool try_to_go_on();

    const work what_;
    int stop_;           // an eventfd
    std::thread thread_; // last: it uses all the others
};

} // namespace sealgate::milter
