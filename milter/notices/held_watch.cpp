#include "milter/notices/held_watch.hpp"

#include "milter/base/as_result.hpp"
#include "milter/base/decision_id.hpp"
#include "milter/base/exception_text.hpp"
#include "milter/base/keep_running.hpp"
#include "milter/base/lasting_problem.hpp"
#include "milter/base/offload.hpp"
#include "milter/journal/log.hpp"

#include <algorithm>
#include <new>

namespace sealgate::milter {

namespace {

namespace asio = boost::asio;

constexpr std::chrono::seconds between_looks_at_held{60}; // commands take away what is gone, and the clock may be set

std::chrono::sys_seconds this_second_of_held() {
    return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

} // namespace

asio::awaitable<void> held_watch::hear(std::shared_ptr<const snapshot> live, policy::waiting_mail mail,
                                       asio::thread_pool& pool) {
    if (live->gateway.held.notify.empty()) co_return;
    const auto id = mail.decision;
    try {
        auto work = [this, mail = std::move(mail)] { waiting_.keep(mail); };
        co_await offload(pool, std::move(work));
        timer_.cancel();
    } catch (const std::exception& problem) {
        log_warning(id + " is held, and cannot be kept for held.notify: " + text_of(problem));
    }
}

void held_watch::start(asio::thread_pool& pool) {
    keep_running(io_.get_executor(), "telling administrators of held mail", [this, &pool] { return run(pool); });
}

asio::awaitable<void> held_watch::run(asio::thread_pool& pool) {
    for (lasting_problem told;;) {
        auto next = this_second_of_held() + between_looks_at_held;
        std::string problem;
        try {
            auto work = [this, live = live_()] { return look(*live); };
            next = std::min(next, co_await offload(pool, std::move(work)));
        } catch (const std::bad_alloc&) {
            throw;
        } catch (const std::exception& broken) {
            problem = "cannot keep what held.notify is to be told: " + text_of(broken) + "; that is tried again";
        }
        if (const auto news = told.news(std::move(problem))) log_warning(*news);
        const auto pause = std::max<std::chrono::seconds>(next - this_second_of_held(), std::chrono::seconds(1));
        timer_.expires_after(pause);
        co_await timer_.async_wait(as_result);
    }
}

std::chrono::sys_seconds held_watch::look(const snapshot& live) {
    const auto now = this_second_of_held();
    if (live.gateway.held.notify.empty()) return now + between_looks_at_held;
    const auto last = waiting_.last_mail();
    if (const auto until = policy::held_quiet_until(last, now))
        return *until; // asked for each mail that is held: no more is read
    const auto news = policy::held_to_tell(waiting_.all(), last, live.gateway.held.remind, now);
    if (!news.none()) send(live, news, now);
    return news.next;
}

void held_watch::send(const snapshot& live, const policy::held_news& news, std::chrono::sys_seconds now) {
    const auto& to = live.gateway.held.notify;
    owed_copy mail{.decision = new_decision_id(),
                   .sender = {},
                   .recipients = {},
                   .message = {policy::held_mail({.rules = live.rules, .to = to, .news = news, .now = now})}};
    for (const auto& who : to)
        mail.recipients.push_back({.address = who.spelled, .identity = policy::held_identity(news, who)});
    const auto id = mail.decision;
    outbox_.add({std::move(mail)});
    waiting_.set_last_mail(now);
    for (auto one : news.fresh) {
        one.told = policy::held_told::once;
        waiting_.keep(one);
    }
    for (auto one : news.forgotten) {
        one.told = policy::held_told::reminded;
        waiting_.keep(one);
    }
    log_line(id + " held: told to held.notify: " + std::to_string(news.fresh.size()) + " new, " +
             std::to_string(news.forgotten.size()) + " forgotten");
}

} // namespace sealgate::milter
