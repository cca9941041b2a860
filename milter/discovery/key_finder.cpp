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
#include <random>
#include <utility>

namespace sealgate::milter {

namespace {

namespace asio = boost::asio;
using asio::awaitable;
using policy::key_search;
using std::chrono::steady_clock;

// A worker does not give up with the mail that waits: the next try has the answer.
constexpr std::chrono::seconds longest_lookup{20};
constexpr std::size_t most_told = 1000; // problems that are remembered

// What lookup_answers knows the last round by in which keyservers were asked for all certificates.
const std::string all_at_keyservers = "all at keyservers";

key_search search_of(lookup_outcome what) {
    switch (what) {
    case lookup_outcome::found: return key_search::none;
    case lookup_outcome::none: return key_search::nothing_found;
    case lookup_outcome::failed: return key_search::failed;
    }
    std::unreachable();
}

// A failure says more than that there is none, and a certificate more than that.
lookup_outcome stronger(lookup_outcome one, lookup_outcome other) {
    const auto weight = [](lookup_outcome what) {
        return what == lookup_outcome::found ? 2 : what == lookup_outcome::failed ? 1 : 0;
    };
    return weight(one) >= weight(other) ? one : other;
}

std::string answer_key(policy::key_source source, const policy::address& whose) {
    return std::string(name_of(source)) + " " + whose.key();
}

// Evidence that cannot be read is made anew by the next that is noted.
std::vector<keys::evidence> oldest_of(const keys::evidence_book& book, policy::key_source source, keys::time_point due) {
    try {
        return book.not_asked_since(source, due, key_finder::most_refreshed);
    } catch (const std::runtime_error& problem) { // sqlite_error, system_error
        log_line("what was found cannot be asked for again: " + std::string(problem.what()));
        return {};
    }
}

std::vector<std::string> all_fingerprints(const keys::keyring& certificates) {
    std::vector<std::string> out;
    certificates.each([&](const keys::stored_certificate& one) { out.push_back(one.cert.fingerprint); });
    std::ranges::sort(out);
    const auto doubled = std::ranges::unique(out);
    out.erase(doubled.begin(), doubled.end());
    std::ranges::shuffle(out, std::minstd_rand(std::random_device{}()));
    return out;
}

// Those that may be used, and the others.
std::pair<std::vector<policy::key_source>, std::vector<policy::key_source>> split(const std::vector<policy::key_source>& all,
                                                                                  const std::vector<policy::key_source>& used) {
    std::pair<std::vector<policy::key_source>, std::vector<policy::key_source>> out;
    for (const auto source : all) (std::ranges::find(used, source) != used.end() ? out.first : out.second).push_back(source);
    return out;
}

} // namespace

struct key_finder::question {
    question(asio::io_context& io, policy::address who, sources allowed, sources others)
        : whose(std::move(who))
        , from(std::move(allowed))
        , aside(std::move(others))
        , ended(io, steady_clock::time_point::max()) {}

    std::string key() const {
        if (!fingerprint.empty()) return fingerprint;
        auto out = whose.key();
        for (const auto* some : {&from, &aside})
            for (const auto source : *some) out.append(" ").append(name_of(source));
        return out;
    }

    policy::address whose;
    sources from, aside;          // asked one after the other; of `aside` nobody waits for the answer
    bool anew = false;            // whatever is known
    std::string fingerprint = {}; // of a certificate that is known, and looked for by that at keyservers
    asio::steady_timer ended;     // cancelled then
    std::optional<lookup_outcome> what;
};

key_finder::key_finder(asio::io_context& io, const keys::keyring_places& places, surroundings with)
    : io_(io)
    , with_(std::move(with))
    , answers_(places.trust / "answers.sqlite")
    , evidence_(keys::evidence_file(places))
    , pool_(with_thread_name("lookup", [] { return asio::thread_pool(most_workers); })) {
    keys::make_private_directory(places.found);
    keys::make_private_directory(places.trust);
}

key_finder::~key_finder() {
    ending_.request_stop();
    pool_.stop();
    pool_.join();
}

bool key_finder::is_on() const { return with_.live()->gateway.discover.is_on(); }

awaitable<std::vector<key_search>> key_finder::find(std::vector<key_wish> wishes) {
    const auto deadline = steady_clock::now() + with_.live()->gateway.discover.wait;
    std::vector<key_search> out(wishes.size(), key_search::failed);
    std::vector<std::shared_ptr<question>> mine(wishes.size());
    const auto on = sources_on(with_.live()->gateway.discover);
    for (std::size_t i = 0; i < wishes.size(); ++i) {
        const auto [from, aside] = split(on, wishes[i].from);
        const auto known = known_from(from, wishes[i].whose);
        if (known) out[i] = search_of(*known);
        const bool asks_aside = known == lookup_outcome::none && !known_from(aside, wishes[i].whose);
        if (known && !asks_aside) continue;
        auto asked = join(std::make_shared<question>(io_, wishes[i].whose, from, aside));
        if (!known) mine[i] = std::move(asked);
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
        const bool is_there = known_from(mine[i]->from, wishes[i].whose) == lookup_outcome::found;
        out[i] = what == lookup_outcome::found && !is_there ? key_search::failed : search_of(what);
    }
    co_return out;
}

// What was found may be removed again, and may not be in force: the store cannot be read.
bool key_finder::has_some(const policy::address& whose, policy::key_source from) const {
    const auto all = with_.live()->certificates->all_of(whose.key(), keys::this_second());
    return std::ranges::any_of(all, [&](const auto& one) { return one->source <= from; });
}

bool key_finder::has_usable(const policy::address& whose, const sources& from) const {
    return with_.live()->certificates->find(whose.key(), keys::this_second(), &from).state == policy::key_state::usable;
}

// Of one source, what is still believed.
std::optional<lookup_outcome> key_finder::known_from(policy::key_source source, const policy::address& whose) const {
    const auto known = answers_.find(answer_key(source, whose), keys::this_second());
    if (known && known->what == lookup_outcome::found && !has_some(whose, source)) return std::nullopt;
    return known ? std::optional(known->what) : std::nullopt;
}

// Of all of them; nothing where one would have to be asked. What cannot be used is found, and the next one is asked.
std::optional<lookup_outcome> key_finder::known_from(const sources& all, const policy::address& whose) const {
    auto out = lookup_outcome::none;
    for (const auto source : all) {
        const auto known = known_from(source, whose);
        if (!known) return std::nullopt;
        if (*known == lookup_outcome::found && has_usable(whose, all)) return known;
        out = stronger(out, *known);
    }
    return out;
}

// Null where too many wait already.
std::shared_ptr<key_finder::question> key_finder::join(std::shared_ptr<question> made) {
    const auto key = made->key();
    if (const auto at = asked_.find(key); at != asked_.end()) return at->second;
    if (asked_.size() >= most_waiting) return nullptr;
    asked_.emplace(key, made);
    auto& queue = domains_[made->whose.domain];
    if (queue.waiting.empty() && !queue.is_served) turns_.push_back(made->whose.domain);
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
        asked_.erase(next->key());
    }
    domains_.erase(domain);
}

awaitable<void> key_finder::answer(question& of, std::shared_ptr<https_client> client) {
    if (!of.fingerprint.empty()) {
        co_await refresh(of, client);
        co_return end(of, lookup_outcome::none);
    }
    const auto what = co_await ask(of, of.from, client);
    end(of, what);
    if (what != lookup_outcome::found) co_await ask(of, of.aside, client);
}

awaitable<lookup_outcome> key_finder::ask(const question& of, const sources& from, std::shared_ptr<https_client> client) {
    auto out = lookup_outcome::none;
    for (const auto source : from) {
        const auto known = of.anew ? std::nullopt : known_from(source, of.whose);
        const auto what = known ? *known : co_await ask_one(of, source, client);
        out = stronger(out, what);
        if (what == lookup_outcome::found && has_usable(of.whose, from)) break;
    }
    co_return out;
}

bool key_finder::rests(policy::key_source source) const {
    const auto at = resting_.find(source);
    return at != resting_.end() && steady_clock::now() < at->second;
}

awaitable<lookup_outcome> key_finder::ask_one(const question& of, policy::key_source from,
                                              std::shared_ptr<https_client> client) {
    if (rests(from)) co_return lookup_outcome::failed;
    const auto live = with_.live();
    auto work = [this, live, from, client = std::move(client), whose = of.whose, anew = of.anew] {
        const auto by = search_by(*live);
        return look(whose, by, with_.names, [&] {
            auto found = find_certificates(*client, from, whose, by, steady_clock::now() + longest_lookup);
            found.what =
                answers_.put(answer_key(from, whose), found.what, by.discover.refresh, found.retry_after, keys::this_second());
            if (anew && found.what != lookup_outcome::found) note_asked(from, whose, found.what, by.discover.refresh);
            return found;
        });
    };
    const auto [found, report] = co_await offload(pool_, std::move(work));
    if (found.retry_after && from != policy::key_source::wkd) resting_[from] = steady_clock::now() + *found.retry_after;
    co_await take_up(of.whose, found, report);
    co_return found.what;
}

// By its fingerprint, from the keyservers.
awaitable<void> key_finder::refresh(const question& of, std::shared_ptr<https_client> client) {
    const auto live = with_.live();
    const auto known = live->certificates->find_entry(of.fingerprint, keys::this_second()).stored;
    if (!known || known->cert.revoked) co_return;
    if (rests(policy::key_source::vks)) co_return to_refresh_.push_back(of.fingerprint);
    const auto& addresses = known->cert.addresses;
    const auto whose = policy::parse_address(addresses.empty() ? std::string{} : addresses.front());
    auto work = [this, live, fingerprint = of.fingerprint, whose, client = std::move(client)] {
        const auto by = search_by(*live);
        return look(whose, by, with_.names,
                    [&] { return refreshed_by_fingerprint(*client, fingerprint, by, steady_clock::now() + longest_lookup); });
    };
    const auto [found, report] = co_await offload(pool_, std::move(work));
    if (found.retry_after) resting_[policy::key_source::vks] = steady_clock::now() + *found.retry_after;
    co_await take_up(whose, found, report);
}

// The same problem is told once an hour: a keyserver that is dead is for all of its addresses.
void key_finder::tell(const policy::address& whose, const finding& found) {
    const auto now = steady_clock::now();
    if (!found.problem.empty() && now >= told_again_[found.problem]) {
        log_line("looking for a key of " + text::printable(whose.domain) + ": " + found.problem);
        if (told_again_.size() > most_told) told_again_.clear();
        told_again_[found.problem] = now + std::chrono::hours(1);
    }
    for (const auto& one : found.certificates)
        if (is_news(one)) log_line("keys: found " + one.cert.fingerprint + " at " + found.evidence);
}

// What it is sealed to has its record before it is in force.
awaitable<void> key_finder::take_up(const policy::address& whose, const finding& found, const finding_report& report) {
    tell(whose, found);
    for (const auto& event : report.events) with_.record(policy::key_event(event));
    for (const auto store : found.changed) co_await with_.take_up(store);
}

// After a failure it is asked for again within the hour, and not after a day.
void key_finder::note_asked(policy::key_source from, const policy::address& whose, lookup_outcome what,
                            std::chrono::seconds refresh) {
    constexpr std::chrono::hours soon{1};
    const auto now = keys::this_second();
    try {
        evidence_.note_asked(from, whose.key(), what == lookup_outcome::failed ? now - refresh + soon : now);
    } catch (const std::runtime_error& problem) { // sqlite_error, system_error
        log_line("what was asked for again cannot be noted: " + std::string(problem.what()));
    }
}

void key_finder::end(question& of, lookup_outcome what) {
    of.what = what;
    of.ended.cancel();
}

awaitable<void> key_finder::refresh_some() {
    for (const auto source : sources_on(with_.live()->gateway.discover)) co_await ask_again(source);
    if (!with_.live()->gateway.discover.vks.empty()) co_await ask_keyservers_again();
    begin_some();
}

// For whatever was asked for longest ago. What is found spreads over time by itself.
awaitable<void> key_finder::ask_again(policy::key_source source) {
    const auto due = keys::this_second() - with_.live()->gateway.discover.refresh;
    auto look = [this, source, due] { return oldest_of(evidence_, source, due); };
    const auto old = co_await offload(pool_, std::move(look));
    for (const auto& one : old) {
        auto again = std::make_shared<question>(io_, policy::parse_address(one.address), sources{source}, sources{});
        again->anew = true;
        join(std::move(again));
    }
}

// For all certificates there are, the organisation's own too, in any order: who is stopped in the middle each time asks
// for others first.
awaitable<void> key_finder::ask_keyservers_again() {
    const auto live = with_.live();
    const auto& discover = live->gateway.discover;
    if (rests(policy::key_source::vks)) co_return;
    if (to_refresh_.empty()) {
        if (answers_.find(all_at_keyservers, keys::this_second())) co_return;
        auto list = [live] { return all_fingerprints(*live->certificates); };
        const auto all = co_await offload(pool_, std::move(list));
        to_refresh_.assign(all.begin(), all.end());
    }
    for (std::size_t i = 0; i < most_refreshed && !to_refresh_.empty(); ++i) {
        policy::address server;
        server.domain = discover.vks.front();
        auto again = std::make_shared<question>(io_, std::move(server), sources{}, sources{});
        again->fingerprint = to_refresh_.front();
        if (!join(std::move(again))) co_return; // too many wait already
        to_refresh_.pop_front();
    }
    if (!to_refresh_.empty()) co_return;
    auto remember = [this, refresh = discover.refresh] {
        answers_.put(all_at_keyservers, lookup_outcome::found, refresh, {}, keys::this_second());
    };
    co_await offload(pool_, std::move(remember));
}

} // namespace sealgate::milter
