#include "milter/outbox/submit_limit.hpp"

#include "milter/base/as_result.hpp"
#include "milter/base/exception_text.hpp"
#include "milter/outbox/smtp_client.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <limits>
#include <utility>

namespace sealgate::milter {

namespace asio = boost::asio;
using asio::awaitable;

namespace {

constexpr std::chrono::minutes remembered{10};
constexpr std::chrono::seconds after_failure{5}; // a port that hangs is not waited for by each mail
// As long as nobody has named a limit: RFC 5321 section 4.5.3.1.7 wants every server to take this. Postfix could be told to
// take less; such a one could hardly work, and all mail would wait for a port that is never opened.
constexpr std::uint64_t least_limit = 64 * 1024;
constexpr smtp_deadlines patience{.step = std::chrono::seconds(2), .end_of_message = std::chrono::seconds(2)};

} // namespace

struct submit_limit::question {
    explicit question(const asio::any_io_executor& where)
        : ended(where, asio::steady_timer::time_point::max()) {}

    asio::steady_timer ended; // cancelled then
    bool is_answered = false;
    bool is_forgotten = false; // nobody wants the answer any more
};

awaitable<submit_limit::said> submit_limit::exceeded_by(std::uint64_t octets) {
    const auto fits = [&] { return octets <= surely_taken(); };
    const bool is_new = is_due();
    if (is_new) co_await ask();
    if (fits()) co_return std::nullopt;
    if (!is_new && problem_.empty()) co_await ask();
    if (!problem_.empty())
        co_return std::unexpected("nobody says whether " + std::to_string(octets) + " octets are too many: " + problem_);
    co_return fits() ? std::nullopt : std::optional(surely_taken());
}

std::uint64_t submit_limit::surely_taken() const {
    if (!named_) return std::max(least_limit, largest_taken_);
    return named_->value_or(std::numeric_limits<std::uint64_t>::max());
}

awaitable<void> submit_limit::find_out() {
    if (is_due()) co_await ask();
}

void submit_limit::ask_anew() {
    if (asking_) {
        asking_->is_forgotten = true;
        asking_->ended.cancel();
    }
    asking_.reset();
    problem_.clear();
    ask_again_ = {};
}

// Until there is an answer that was not forgotten meanwhile.
awaitable<void> submit_limit::ask() {
    const auto executor = co_await asio::this_coro::executor;
    std::shared_ptr<question> mine;
    do {
        if (!asking_) {
            asking_ = std::make_shared<question>(executor);
            asio::co_spawn(executor, put(asking_, submit_()), asio::detached);
        }
        mine = asking_;
        while (!mine->is_answered && !mine->is_forgotten) co_await mine->ended.async_wait(as_result);
    } while (mine->is_forgotten);
}

// Whoever forgets the question may be gone with what it belongs to.
awaitable<void> submit_limit::put(std::shared_ptr<question> what, inet_endpoint to) {
    said answer;
    try {
        answer = co_await ask_size_limit(std::move(to), patience);
    } catch (const std::exception& problem) {
        answer = std::unexpected(text_of(problem));
    }
    if (what->is_forgotten) co_return;
    remember(answer);
    asking_.reset();
    what->is_answered = true;
    what->ended.cancel();
}

// What was said last lets mail pass while nobody answers.
void submit_limit::remember(const said& what) {
    ask_again_ = std::chrono::steady_clock::now() + (what ? std::chrono::seconds(remembered) : after_failure);
    problem_ = what ? std::string{} : what.error();
    if (what) named_ = *what;
}

} // namespace sealgate::milter
