#include "milter/discovery/key_refresher.hpp"

#include "keys/base/clock.hpp"
#include "milter/base/exception_text.hpp"
#include "milter/base/keep_running.hpp"
#include "milter/base/offload.hpp"
#include "milter/base/thread_name.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <chrono>
#include <iterator>
#include <map>
#include <random>
#include <utility>
#include <vector>

namespace sealgate::milter {

namespace {

namespace asio = boost::asio;
using asio::awaitable;
using policy::key_source;

constexpr int looks_in_a_refresh = 100;
constexpr int failures_in_a_refresh = 10; // and more where a refresh is longer than that
constexpr std::chrono::minutes after_a_failure{1};
constexpr std::chrono::hours between_early_looks{1};
constexpr std::size_t most_seen = 1'000'000, most_ending = 1000;
constexpr unsigned most_failures = 3; // of one certificate in a round

// Evidence that cannot be read is made anew by the next that is noted.
std::vector<keys::evidence> oldest_of(const keys::evidence_book& book, key_source source, keys::time_point due) {
    std::vector<keys::evidence> out;
    try_evidence("what was found cannot be asked for again",
                 [&] { out = book.not_asked_since(source, due, key_refresher::most_together); });
    return out;
}

// What ends before its turn would come, or has while nobody could be asked, the soonest first.
std::vector<keys::evidence> ending_of(const keys::evidence_book& book, key_source source, const keys::catalogue& found,
                                      std::chrono::seconds refresh) {
    const auto now = keys::this_second();
    std::map<std::string, keys::time_point> ends;
    for (const auto& cert : found.ending_by(now + refresh))
        if (const auto end = end_of_use(cert, now); end && *end > now - refresh) ends.emplace(cert.fingerprint, *end);
    std::vector<keys::evidence> out;
    if (ends.empty()) return out;
    try_evidence("what ends soon cannot be asked for again",
                 [&] { out = book.not_asked_since(source, now - between_early_looks, most_seen); });
    std::erase_if(out, [&](const keys::evidence& one) { return !ends.contains(one.fingerprint); });
    std::ranges::sort(out, {}, [&](const keys::evidence& one) { return ends.at(one.fingerprint); });
    out.resize(std::min(out.size(), most_ending));
    return out;
}

// In any order: who is stopped in the middle each time asks for others first.
std::vector<std::string> fingerprints_for(key_source source, const keys::keyring& certificates) {
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
    return all;
}

// Nothing where it is not time yet, or that cannot be told.
std::vector<std::string> round_due(const keys::evidence_book& book, key_source source, const keys::keyring& certificates,
                                   keys::time_point due) {
    std::vector<std::string> out;
    try_evidence("which certificates keyservers are to be asked about cannot be told", [&] {
        const auto last = book.last_round(source);
        const bool is_believed = last && *last <= keys::this_second() && *last > due;
        if (!is_believed) out = fingerprints_for(source, certificates);
    });
    return out;
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
    auto look = [this, source, live = live_(), early = is_time_for_early_ones(source)] {
        const auto refresh = live->gateway.discover.refresh;
        auto out = oldest_of(evidence_, source, keys::this_second() - refresh);
        const auto found = early ? live->certificates->of(source) : nullptr;
        if (found) std::ranges::move(ending_of(evidence_, source, *found, refresh), std::back_inserter(out));
        return out;
    };
    const auto all = co_await offload(thread_, std::move(look));
    for (const auto& one : all) finder_.ask_again(source, policy::parse_address(one.address));
}

bool key_refresher::is_time_for_early_ones(key_source source) {
    const auto now = std::chrono::steady_clock::now();
    const auto [at, is_first] = early_looks_.try_emplace(source, now);
    if (!is_first && now < at->second + between_early_looks) return false;
    at->second = now;
    return true;
}

awaitable<void> key_refresher::ask_keyservers(key_source source) {
    auto& of_source = rounds_[source];
    if (of_source.is_noted) co_await begin_round(source);
    if (std::chrono::steady_clock::now() < of_source.again) co_return;
    auto& waiting = of_source.waiting;
    for (std::size_t i = 0; i < most_together && !waiting.empty(); ++i) {
        auto heard = [this, source, key = waiting.front()](lookup_outcome what) { hear(source, key, what); };
        if (!finder_.ask_keyservers(source, waiting.front().fingerprint, std::move(heard))) co_return;
        waiting.pop_front();
        ++of_source.under_way;
    }
    if (!waiting.empty() || of_source.under_way > 0 || std::exchange(of_source.is_noted, true)) co_return;
    auto remember = [this, source] {
        try_evidence("that keyservers were asked cannot be noted", [&] { evidence_.note_round(source, keys::this_second()); });
    };
    co_await offload(thread_, std::move(remember));
}

awaitable<void> key_refresher::begin_round(key_source source) {
    const auto live = live_();
    auto look = [this, live, source] {
        return round_due(evidence_, source, *live->certificates, keys::this_second() - live->gateway.discover.refresh);
    };
    auto& of_source = rounds_[source];
    auto all = co_await offload(thread_, std::move(look));
    of_source.waiting.clear();
    for (auto& fingerprint : all) of_source.waiting.push_back({.fingerprint = std::move(fingerprint)});
    of_source.is_noted = of_source.waiting.empty();
    of_source.has_answers = false;
}

// A server that fails is left alone for a while, and asked again. Of a certificate about which it fails where it answers about
// others, the next round hears.
void key_refresher::hear(key_source source, waiting_key key, lookup_outcome what) {
    auto& of_source = rounds_[source];
    --of_source.under_way;
    if (what != lookup_outcome::failed) {
        of_source.has_answers = true;
        return;
    }
    const auto pause =
        std::min<std::chrono::seconds>(after_a_failure, live_()->gateway.discover.refresh / failures_in_a_refresh);
    of_source.again = std::chrono::steady_clock::now() + pause;
    if (!of_source.has_answers || ++key.failures < most_failures) of_source.waiting.push_back(std::move(key));
}

} // namespace sealgate::milter
