#include "milter/discovery/key_finder.hpp"

#include "keys/base/clock.hpp"
#include "keys/base/files.hpp"
#include "milter/base/as_result.hpp"
#include "milter/base/exception_text.hpp"
#include "milter/base/log.hpp"
#include "milter/base/offload.hpp"
#include "milter/base/thread_name.hpp"
#include "policy/base/text.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>

#include <algorithm>
#include <chrono>
#include <exception>
#include <utility>

namespace sealgate::milter {

namespace {

namespace asio = boost::asio;
using asio::awaitable;
using policy::key_search;
using std::chrono::steady_clock;

// A worker does not give up with the mail that waits: the next try has the answer.
constexpr std::chrono::seconds longest_lookup{20};

key_search search_of(lookup_outcome what) {
    switch (what) {
    case lookup_outcome::found: return key_search::none;
    case lookup_outcome::none: return key_search::nothing_found;
    case lookup_outcome::failed: return key_search::failed;
    }
    std::unreachable();
}

} // namespace

struct key_finder::question {
    question(asio::io_context& io, policy::address who)
        : whose(std::move(who))
        , ended(io, steady_clock::time_point::max()) {}

    policy::address whose;
    asio::steady_timer ended; // cancelled then
    std::optional<lookup_outcome> what;
};

key_finder::key_finder(asio::io_context& io, const std::filesystem::path& found_keys, surroundings with)
    : io_(io)
    , with_(std::move(with))
    , answers_(found_keys / "answers.sqlite")
    , pool_(with_thread_name("lookup", [] { return asio::thread_pool(most_workers); })) {
    keys::make_private_directory(found_keys);
}

key_finder::~key_finder() {
    ending_.request_stop();
    pool_.stop();
    pool_.join();
}

bool key_finder::is_on() const { return with_.live()->gateway.discover.wkd; }

awaitable<std::vector<key_search>> key_finder::find(std::vector<policy::address> whose) {
    const auto deadline = steady_clock::now() + with_.live()->gateway.discover.wait;
    std::vector<key_search> out(whose.size(), key_search::failed);
    std::vector<std::shared_ptr<question>> mine(whose.size());
    for (std::size_t i = 0; i < whose.size(); ++i) {
        const auto known = answers_.find(whose[i].key(), keys::this_second());
        if (known && (known->what != lookup_outcome::found || has_some(whose[i])))
            out[i] = search_of(known->what);
        else
            mine[i] = join(whose[i]);
    }
    begin_some();
    for (std::size_t i = 0; i < mine.size(); ++i) {
        if (!mine[i]) continue;
        asio::steady_timer patience(io_, deadline);
        while (!mine[i]->what && steady_clock::now() < deadline) {
            using namespace asio::experimental::awaitable_operators;
            co_await (mine[i]->ended.async_wait(as_result) || patience.async_wait(as_result));
        }
        const auto what = mine[i]->what.value_or(lookup_outcome::failed);
        out[i] = what == lookup_outcome::found && !has_some(whose[i]) ? key_search::failed : search_of(what);
    }
    co_return out;
}

// What was found may be removed again, and may not be in force: the store cannot be read.
bool key_finder::has_some(const policy::address& whose) const {
    return !with_.live()->certificates->all_of(whose.key(), keys::this_second()).empty();
}

// Null where too many wait already.
std::shared_ptr<key_finder::question> key_finder::join(const policy::address& whose) {
    const auto key = whose.key();
    if (const auto at = asked_.find(key); at != asked_.end()) return at->second;
    if (asked_.size() >= most_waiting) return nullptr;
    auto made = std::make_shared<question>(io_, whose);
    asked_.emplace(key, made);
    auto& queue = domains_[whose.domain];
    if (queue.waiting.empty() && !queue.is_served) turns_.push_back(whose.domain);
    queue.waiting.push_back(made);
    return made;
}

void key_finder::begin_some() {
    while (workers_ < most_workers && !turns_.empty()) {
        const auto domain = std::move(turns_.front());
        turns_.pop_front();
        ++workers_;
        domains_[domain].is_served = true;
        asio::co_spawn(io_, serve(domain), [this](const std::exception_ptr& problem) {
            --workers_;
            if (problem) log_line("looking for keys: " + text_of(problem));
            begin_some();
        });
    }
}

awaitable<void> key_finder::serve(std::string domain) {
    std::shared_ptr<https_client> client;
    while (!domains_[domain].waiting.empty()) {
        auto& waiting = domains_[domain].waiting;
        const auto next = std::move(waiting.front());
        waiting.pop_front();
        std::string problem;
        try {
            if (!client)
                client = std::make_shared<https_client>(https_settings_of(with_.live()->gateway.discover, ending_.get_token()));
            co_await answer(*next, client);
        } catch (const std::exception& broken) {
            problem = text_of(broken);
        }
        if (!problem.empty()) log_line("looking for a key of " + text::printable(domain) + ": " + problem);
        if (!next->what) end(*next, lookup_outcome::failed);
    }
    domains_.erase(domain);
}

awaitable<void> key_finder::answer(question& of, std::shared_ptr<https_client> client) {
    const auto live = with_.live();
    auto work = [this, live, client = std::move(client), whose = of.whose] {
        auto out = find_certificates(*client, whose, key_places(live->gateway), live->rules.encryption,
                                     steady_clock::now() + longest_lookup);
        out.what = answers_.put(whose.key(), out.what, live->gateway.discover.refresh, out.retry_after, keys::this_second());
        return out;
    };
    const auto found = co_await offload(pool_, std::move(work));
    if (!found.problem.empty()) log_line("looking for a key of " + text::printable(of.whose.domain) + ": " + found.problem);
    if (record(of.whose, found)) co_await with_.take_up(found.source);
    end(of, found.what);
}

// Before it is in force: what a mail is sealed to has its record first. False: nothing is new.
bool key_finder::record(const policy::address& whose, const finding& what) {
    auto events = events_of(what, whose, with_.names);
    if (events.empty()) return false;
    const auto before = with_.live()->certificates->find(whose.key(), keys::this_second()).stored;
    const auto used = before ? with_.names.of_text(before->cert.fingerprint) : std::string{};
    for (const auto& [cert, change] : what.certificates)
        if (change != keys::change::unchanged) log_line("keys: found " + cert.fingerprint + " at " + what.evidence);
    for (auto& event : events) {
        if (event.fingerprint != used) event.replaces = used;
        with_.record(policy::key_event(event));
    }
    return true;
}

void key_finder::end(question& of, lookup_outcome what) {
    of.what = what;
    of.ended.cancel();
    asked_.erase(of.whose.key());
}

} // namespace sealgate::milter
