// Hands over what waits in the outbox to Postfix's submit port, until Postfix takes it.
//
// A copy is tried at once, and again after 1 s, 5 s, 30 s, 2 min, 10 min, then every 30 min. A recipient who
// is refused (5xx), or waits for more than five days, is given up: the sender gets a bounce, itself a copy in
// the outbox, unless they asked for none (RFC 3461); what has no sender is kept in failed/. An addition wakes
// it at once; changes that others make to the files are seen at its next look. Coroutines on the caller's
// io_context; the disk on threads of its own. Log: each hand-over, each recipient given up, when handing over
// begins to fail, when it works again.
#pragma once

#include "milter/outbox/bounce.hpp"
#include "milter/outbox/queue.hpp"
#include "milter/outbox/smtp_client.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace sealgate::milter {

struct queue_runner_options {
    std::function<inet_endpoint()> submit;
    std::function<bounce_options()> bounces;
    smtp_deadlines deadlines{};
    std::size_t most_connections = 4;
    std::chrono::milliseconds look_every{5'000};
    // Before the second try, the third and so on; the last one stays.
    std::vector<std::chrono::milliseconds> waits{std::chrono::seconds(1), std::chrono::seconds(5),  std::chrono::seconds(30),
                                                 std::chrono::minutes(2), std::chrono::minutes(10), std::chrono::minutes(30)};
    std::chrono::hours keep_trying{5 * 24};
};

class queue_runner {
public:
    // The outbox outlives it; so does the io_context, which must not run any more when it is destroyed.
    queue_runner(boost::asio::io_context& io, outbox& copies, queue_runner_options options);
    ~queue_runner();

    void start();

    // Why nothing can be handed over now; empty where it can. Network thread.
    const std::string& outage() const { return outage_; }

    // Begins nothing new; a message whose end was sent waits for its answer, for `grace` at most. Then
    // `stopped` is called.
    void stop(std::chrono::seconds grace, std::function<void()> stopped);

private:
    // What one try made of a copy.
    struct try_result {
        std::shared_ptr<claimed_copy> copy;
        std::vector<waiting_recipient> taken;
        std::vector<waiting_recipient> given_up;
        std::vector<waiting_recipient> waiting;
        unsigned tries = 0; // with this one
        bool unclear = false;
    };

    boost::asio::awaitable<void> run();
    boost::asio::awaitable<void> plan();
    boost::asio::awaitable<void> wait_for_work();
    void begin(const std::string& id);
    boost::asio::awaitable<void> try_copy(std::string id);
    boost::asio::awaitable<void> release(std::string id, std::shared_ptr<claimed_copy> copy, wall_time not_before);
    boost::asio::awaitable<handed_over> talk(std::shared_ptr<claimed_copy> copy);
    try_result sort(std::shared_ptr<claimed_copy> copy, const handed_over& said) const;
    boost::asio::awaitable<void> finish(try_result result);
    void finish_now(const try_result& result, const bounce_options& bounces);
    void give_up(const try_result& result, const bounce_options& bounces);
    void tell(const try_result& result, const handed_over& said);
    void tell_outage(const handed_over& said);
    void wake();
    void finish_if_stopped();

    boost::asio::io_context& io_;
    outbox& outbox_;
    queue_runner_options options_;
    boost::asio::steady_timer timer_;
    boost::asio::steady_timer grace_;
    std::vector<std::string> due_; // taken from the outbox, and to be begun: the last one first
    std::size_t under_way_ = 0;
    std::chrono::steady_clock::time_point next_look_;
    std::optional<wall_time> next_try_;
    bool woken_ = false;
    std::string outage_;
    bool hurry_ = false;
    bool stopping_ = false;
    std::function<void()> stopped_;
    boost::asio::thread_pool disk_; // last: nothing of this may go while it works
};

} // namespace sealgate::milter
