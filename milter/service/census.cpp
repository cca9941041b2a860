#include "milter/service/census.hpp"

#include "keys/base/clock.hpp"
#include "keys/store/due.hpp"
#include "milter/base/exception_text.hpp"
#include "milter/base/offload.hpp"
#include "milter/held/waiting_mails.hpp"
#include "milter/journal/log.hpp"

#include <exception>
#include <utility>

namespace sealgate::milter {

namespace {

using std::chrono::steady_clock;

constexpr std::chrono::seconds as_long_as_it_is_good{60}, at_least{10};

} // namespace

std::map<policy::key_state, std::size_t> count_states(const keys::keyring& all, keys::time_point now) {
    std::map<policy::key_state, std::size_t> out;
    all.each([&](const auto& stored) { ++out[keys::state_at(stored.cert, now)]; });
    return out;
}

boost::asio::awaitable<void> census::renew(std::shared_ptr<const snapshot> live, boost::asio::thread_pool& pool) {
    const auto age = steady_clock::now() - counted_at_;
    const bool is_good = of_ && (age < at_least || (age < as_long_as_it_is_good && of_ == live->certificates));
    if (is_counting_ || is_good) co_return;
    is_counting_ = true;
    auto work = [live] { return count(*live); };
    try {
        last_ = co_await offload(pool, std::move(work));
    } catch (const std::exception& thrown) {
        log_warning("certificates and held mail cannot be counted: " + text_of(thrown));
    }
    of_ = live->certificates;
    counted_at_ = steady_clock::now();
    is_counting_ = false;
}

census::counted census::count(const snapshot& live) {
    const auto now = keys::this_second();
    counted out;
    out.keys.by_state = count_states(*live.certificates, now);
    out.keys.ending = keys::due_certificates(*live.certificates, live.rules.encryption, std::chrono::days(30), now).size();
    const auto held = waiting_mails(live.gateway.held_directory()).all();
    out.held.count = held.size();
    if (!held.empty()) out.held.oldest = held.front().since;
    return out;
}

} // namespace sealgate::milter
