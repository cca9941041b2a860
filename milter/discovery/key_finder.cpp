#include "milter/discovery/key_finder.hpp"

#include "keys/base/clock.hpp"
#include "keys/base/files.hpp"
#include "milter/base/as_result.hpp"
#include "milter/base/exception_text.hpp"
#include "milter/base/offload.hpp"
#include "milter/base/thread_name.hpp"
#include "milter/journal/log.hpp"
#include "policy/base/text.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>

#include <algorithm>
#include <chrono>
#include <exception>
#include <set>
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

// Of one mail, what is asked for before others' turns.
constexpr std::size_t first_domains = 10, first_addresses = 100;

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
    return lookup_answers::question_of(source, whose.key());
}

// Of the recipients of one mail, in their order.
class urgency_of_next {
public:
    urgency operator()(const policy::address& whose) {
        domains_.insert(whose.domain);
        return domains_.size() <= first_domains && ++addresses_ <= first_addresses ? urgency::mail : urgency::bulk;
    }

private:
    std::set<std::string> domains_;
    std::size_t addresses_ = 0;
};

// Those that may be used, and the others.
std::pair<std::vector<policy::key_source>, std::vector<policy::key_source>> split(const std::vector<policy::key_source>& all,
                                                                                  const std::vector<policy::key_source>& used) {
    std::pair<std::vector<policy::key_source>, std::vector<policy::key_source>> out;
    for (const auto source : all) (std::ranges::find(used, source) != used.end() ? out.first : out.second).push_back(source);
    return out;
}

} // namespace

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
    std::vector<std::shared_ptr<lookup_question>> mine(wishes.size());
    urgency_of_next urgency_of;
    const auto on = sources_on(with_.live()->gateway.discover);
    for (std::size_t i = 0; i < wishes.size(); ++i) {
        const auto [from, aside] = split(on, wishes[i].from);
        const auto known = known_from(from, wishes[i].whose);
        if (known) out[i] = search_of(*known);
        const bool asks_aside = known == lookup_outcome::none && !known_from(aside, wishes[i].whose);
        if (known && !asks_aside) continue;
        auto made = std::make_shared<lookup_question>(io_);
        made->how_urgent = urgency_of(wishes[i].whose);
        made->whose = wishes[i].whose;
        made->from = from;
        made->aside = aside;
        auto asked = queue_.join(std::move(made));
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

void key_finder::begin_some() {
    while (workers_ < most_workers) {
        auto domain = queue_.next_domain();
        if (!domain) return;
        ++workers_;
        asio::co_spawn(io_, serve(*std::move(domain)), [this](const std::exception_ptr& problem) {
            --workers_;
            if (problem) log_warning("looking for keys: " + text_of(problem));
            begin_some();
        });
    }
}

awaitable<void> key_finder::serve(std::string domain) {
    std::shared_ptr<https_client> client;
    while (const auto next = queue_.next_of(domain)) {
        std::string problem;
        try {
            if (!client)
                client = std::make_shared<https_client>(https_settings_of(with_.live()->gateway.discover, ending_.get_token()));
            co_await answer(*next, client);
        } catch (const std::exception& broken) {
            problem = text_of(broken);
        }
        if (!problem.empty()) log_warning("looking for a key of " + text::printable(domain) + ": " + problem);
        if (!next->what) next->end(lookup_outcome::failed);
        queue_.answered(*next);
    }
}

awaitable<void> key_finder::answer(lookup_question& of, std::shared_ptr<https_client> client) {
    if (!of.fingerprint.empty()) {
        co_await refresh(of, client);
        co_return of.end(lookup_outcome::none);
    }
    const auto what = co_await ask(of, of.from, client);
    of.end(what);
    if (what != lookup_outcome::found) co_await ask(of, of.aside, client);
}

awaitable<lookup_outcome> key_finder::ask(const lookup_question& of, const sources& from,
                                          std::shared_ptr<https_client> client) {
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
    return resting_->all_rest(servers_of(source, with_.live()->gateway.discover), steady_clock::now());
}

search key_finder::search_by_live(const snapshot& live) const {
    auto out = search_by(live);
    out.resting = resting_;
    return out;
}

awaitable<lookup_outcome> key_finder::ask_one(const lookup_question& of, policy::key_source from,
                                              std::shared_ptr<https_client> client) {
    if (rests(from)) co_return lookup_outcome::failed;
    const auto live = with_.live();
    auto work = [this, live, from, client = std::move(client), whose = of.whose, anew = of.anew] {
        const auto by = search_by_live(*live);
        return look(whose, by, with_.names, [&] {
            auto found = find_certificates(*client, from, whose, by, steady_clock::now() + longest_lookup);
            found.what =
                answers_.put(answer_key(from, whose), found.what, by.discover.refresh, found.retry_after, keys::this_second());
            if (anew && found.what != lookup_outcome::found) note_asked(from, whose, found.what, by.discover.refresh);
            return found;
        });
    };
    const auto [found, report] = co_await offload(pool_, std::move(work));
    ++asked_[found.what];
    co_await take_up(of.whose, found, report);
    co_return found.what;
}

// By its fingerprint, from the keyservers.
awaitable<void> key_finder::refresh(const lookup_question& of, std::shared_ptr<https_client> client) {
    const auto live = with_.live();
    const auto known = live->certificates->find_entry(of.fingerprint, keys::this_second()).stored;
    if (!known || known->cert.revoked) co_return;
    const auto from = of.from.front();
    if (rests(from)) co_return of.not_asked();
    const auto& addresses = known->cert.addresses;
    const auto whose = policy::parse_address(addresses.empty() ? std::string{} : addresses.front());
    auto work = [this, live, from, fingerprint = of.fingerprint, whose, client = std::move(client)] {
        const auto by = search_by_live(*live);
        return look(whose, by, with_.names, [&] {
            return refreshed_by_fingerprint(*client, from, fingerprint, by, steady_clock::now() + longest_lookup);
        });
    };
    const auto [found, report] = co_await offload(pool_, std::move(work));
    co_await take_up(whose, found, report);
}

// The same problem is told once an hour: a keyserver that is dead is for all of its addresses.
void key_finder::tell(const policy::address& whose, const finding& found) {
    const auto now = steady_clock::now();
    if (!found.problem.empty() && now >= told_again_[found.problem]) {
        log_warning("looking for a key of " + text::printable(whose.domain) + ": " + found.problem);
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
        log_warning("what was asked for again cannot be noted: " + text_of(problem));
    }
}

void key_finder::ask_again(policy::key_source source, policy::address whose) {
    auto made = std::make_shared<lookup_question>(io_);
    made->how_urgent = urgency::refresh;
    made->whose = std::move(whose);
    made->from = {source};
    made->anew = true;
    queue_.join(std::move(made));
    begin_some();
}

bool key_finder::ask_keyservers(policy::key_source from, std::string fingerprint, std::function<void()> not_asked) {
    const auto live = with_.live();
    const auto& servers = servers_of(from, live->gateway.discover);
    if (servers.empty() || rests(from)) return false;
    auto made = std::make_shared<lookup_question>(io_);
    made->how_urgent = urgency::refresh;
    made->whose.domain = servers.front();
    made->from = {from};
    made->fingerprint = std::move(fingerprint);
    made->not_asked = std::move(not_asked);
    const bool waits = queue_.join(std::move(made)) != nullptr;
    begin_some();
    return waits;
}

} // namespace sealgate::milter
