#include "milter/discovery/key_refresher.hpp"

#include "keys/base/clock.hpp"
#include "milter/base/exception_text.hpp"
#include "milter/base/keep_running.hpp"
#include "milter/base/offload.hpp"
#include "milter/base/thread_name.hpp"
#include "milter/journal/log.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <chrono>
#include <random>
#include <stdexcept>
#include <utility>
#include <vector>

namespace sealgate::milter {

namespace {

namespace asio = boost::asio;
using asio::awaitable;
using policy::key_source;

constexpr int looks_in_a_refresh = 100;

// Evidence that cannot be read is made anew by the next that is noted.
std::vector<keys::evidence> oldest_of(const keys::evidence_book& book, key_source source, keys::time_point due) {
    try {
        return book.not_asked_since(source, due, key_refresher::most_together);
    } catch (const std::runtime_error& problem) { // sqlite_error, system_error
        log_warning("what was found cannot be asked for again: " + text_of(problem));
        return {};
    }
}

// In any order: who is stopped in the middle each time asks for others first.
std::deque<std::string> fingerprints_for(key_source source, const keys::keyring& certificates) {
    std::vector<std::string> all;
    const auto take = [&](const keys::stored_certificate& one) { all.push_back(one.cert.fingerprint); };
    if (source == key_source::vks)
        certificates.each(take);
    else if (const auto of_it = certificates.of(source))
        of_it->each(take);
    std::ranges::sort(all);
    const auto doubled = std::ranges::unique(all);
    all.erase(doubled.begin(), doubled.end());
    std::ranges::shuffle(all, std::minstd_rand(std::random_device{}()));
    return {all.begin(), all.end()};
}

// Nothing where it is not time yet, or that cannot be told.
std::deque<std::string> round_due(const keys::evidence_book& book, key_source source, const keys::keyring& certificates,
                                  keys::time_point due) {
    try {
        const auto last = book.last_round(source);
        const bool is_believed = last && *last <= keys::this_second() && *last > due;
        return is_believed ? std::deque<std::string>{} : fingerprints_for(source, certificates);
    } catch (const std::runtime_error& problem) {
        log_warning("which certificates keyservers are to be asked about cannot be told: " + text_of(problem));
        return {};
    }
}

void note_round(keys::evidence_book& book, key_source source) {
    try {
        book.note_round(source, keys::this_second());
    } catch (const std::runtime_error& problem) {
        log_warning("that keyservers were asked cannot be noted: " + text_of(problem));
    }
}

} // namespace

key_refresher::key_refresher(asio::io_context& io, const keys::keyring_places& places, key_finder& finder,
                             std::function<std::shared_ptr<const snapshot>()> live)
    : io_(io)
    , finder_(finder)
    , live_(std::move(live))
    , evidence_(keys::evidence_file(places))
    , thread_(with_thread_name("refresh", [] { return asio::thread_pool(1); })) {}

key_refresher::~key_refresher() {
    thread_.stop();
    thread_.join();
}

void key_refresher::start() {
    keep_running(io_.get_executor(), "asking for keys again", [this] { return look_now_and_then(); });
}

awaitable<void> key_refresher::look_now_and_then() {
    asio::steady_timer timer(io_);
    for (;;) {
        const auto pause = live_()->gateway.discover.refresh / looks_in_a_refresh;
        timer.expires_after(std::clamp<std::chrono::seconds>(pause, std::chrono::seconds(1), std::chrono::minutes(1)));
        co_await timer.async_wait(asio::use_awaitable);
        for (const auto source : sources_on(live_()->gateway.discover)) co_await ask_source(source);
        for (const auto source : {key_source::vks, key_source::hkp})
            if (!servers_of(source, live_()->gateway.discover).empty()) co_await ask_keyservers(source);
    }
}

awaitable<void> key_refresher::ask_source(key_source source) {
    const auto due = keys::this_second() - live_()->gateway.discover.refresh;
    auto look = [this, source, due] { return oldest_of(evidence_, source, due); };
    const auto old = co_await offload(thread_, std::move(look));
    for (const auto& one : old) finder_.ask_again(source, policy::parse_address(one.address));
}

awaitable<void> key_refresher::ask_keyservers(key_source source) {
    auto& [waiting, is_under_way] = rounds_[source];
    if (waiting.empty() && !is_under_way) co_await begin_round(source);
    for (std::size_t i = 0; i < most_together && !waiting.empty(); ++i) {
        auto put_back = [this, source, fingerprint = waiting.front()] { rounds_[source].waiting.push_back(fingerprint); };
        if (!finder_.ask_keyservers(source, waiting.front(), std::move(put_back))) co_return;
        waiting.pop_front();
    }
    if (!waiting.empty() || !std::exchange(is_under_way, false)) co_return;
    auto remember = [this, source] { note_round(evidence_, source); };
    co_await offload(thread_, std::move(remember));
}

awaitable<void> key_refresher::begin_round(key_source source) {
    const auto live = live_();
    auto look = [this, live, source] {
        return round_due(evidence_, source, *live->certificates, keys::this_second() - live->gateway.discover.refresh);
    };
    auto& of_source = rounds_[source];
    of_source.waiting = co_await offload(thread_, std::move(look));
    of_source.is_under_way = !of_source.waiting.empty();
}

} // namespace sealgate::milter
