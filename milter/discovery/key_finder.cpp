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
constexpr std::size_t most_told = 1000;                // problems that are remembered
constexpr std::chrono::seconds longest_turn{3};        // of a domain, where others wait
constexpr std::chrono::minutes useless_is_believed{5}; // what was found, and cannot be used any more

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

// What a look at a Web Key Directory shows of the domain's host.
domain_voice voice_of(const finding& found) {
    using enum https_trouble;
    if (!found.trouble) return domain_voice::answered;
    switch (*found.trouble) {
    case silent: return found.at_direct_place ? domain_voice::silent_at_direct_place : domain_voice::silent;
    case timeout: return domain_voice::silent;
    case unknown_name:
    case other: return domain_voice::unheard;
    case no_such_name:
    case refused_address:
    case behind_proxy:
    case tls:
    case closed:
    case connection:
    case too_large:
    case bad_redirect: return domain_voice::answered;
    }
    std::unreachable();
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

// What was found may be removed again, and may not be in force: the store cannot be read. It may have ended or be revoked: its
// owner publishes another one, and does not wait for a day. What an administrator disabled stays as it is.
bool key_finder::is_still_there(const lookup_answer& known, const policy::address& whose, policy::key_source from) const {
    const auto now = keys::this_second();
    auto all = with_.live()->certificates->all_of(whose.key(), now);
    std::erase_if(all, [&](const auto& one) { return one->source > from; });
    const auto is_of_use = [&](const auto& one) {
        const auto state = keys::state_at(one->cert, now);
        return state == policy::key_state::usable || state == policy::key_state::disabled;
    };
    return std::ranges::any_of(all, is_of_use) || (!all.empty() && now < known.asked + useless_is_believed);
}

bool key_finder::has_usable(const policy::address& whose, const sources& from) const {
    return with_.live()->certificates->find(whose.key(), keys::this_second(), &from).state == policy::key_state::usable;
}

// Of one source, what is still believed.
std::optional<lookup_outcome> key_finder::known_from(policy::key_source source, const policy::address& whose) const {
    const auto known = answers_.find(answer_key(source, whose), keys::this_second());
    const bool is_believed = known && (known->what != lookup_outcome::found || is_still_there(*known, whose, source));
    return is_believed ? std::optional(known->what) : silence_of(source, whose);
}

// What is known of all addresses of the domain.
std::optional<lookup_outcome> key_finder::silence_of(policy::key_source source, const policy::address& whose) const {
    return source == policy::key_source::wkd ? silent_.find(whose.domain, keys::this_second()) : std::nullopt;
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
    const auto began = steady_clock::now();
    const auto turn_now = [&] { return steady_clock::now() - began < longest_turn ? turn::goes_on : turn::is_over; };
    while (const auto next = queue_.next_of(domain, turn_now())) {
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
    if (!of.fingerprint.empty()) co_return of.end(co_await refresh(of, client));
    const auto what = co_await ask(of, of.from, client);
    of.end(what);
    if (what != lookup_outcome::found) co_await ask(of, of.aside, client);
}

awaitable<lookup_outcome> key_finder::ask(const lookup_question& of, const sources& from,
                                          std::shared_ptr<https_client> client) {
    auto out = lookup_outcome::none;
    for (const auto source : from) {
        const auto known = of.anew ? silence_of(source, of.whose) : known_from(source, of.whose);
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
    auto out = search_by(live, with_.told);
    out.resting = resting_;
    return out;
}

awaitable<lookup_outcome> key_finder::ask_one(const lookup_question& of, policy::key_source from,
                                              std::shared_ptr<https_client> client) {
    if (rests(from)) co_return lookup_outcome::failed;
    const auto live = with_.live();
    auto work = [this, live, from, client = std::move(client), whose = of.whose, anew = of.anew] {
        const auto by = search_by_live(*live);
        auto found = find_certificates(*client, from, whose, by, steady_clock::now() + longest_lookup);
        if (!ending_.stop_requested()) remember(from, whose, found, by.discover.refresh, anew); // given up is no answer
        return found;
    };
    const auto found = co_await offload(pool_, std::move(work));
    ++asked_[found.what];
    co_await take_up(of.whose, found);
    co_return found.what;
}

void key_finder::remember(policy::key_source from, const policy::address& whose, finding& found, std::chrono::seconds refresh,
                          bool anew) {
    const auto now = keys::this_second();
    if (from == policy::key_source::wkd) found.what = silent_.note(whose.domain, voice_of(found), found.what, now);
    found.what = answers_.put(answer_key(from, whose), found.what, refresh, found.retry_after, now);
    if (anew && found.what != lookup_outcome::found) note_asked(from, whose, found.what, refresh);
}

// By its fingerprint, from the keyservers.
awaitable<lookup_outcome> key_finder::refresh(const lookup_question& of, std::shared_ptr<https_client> client) {
    const auto live = with_.live();
    const auto known = live->certificates->find_entry(of.fingerprint, keys::this_second()).stored;
    if (!known || known->cert.revoked) co_return lookup_outcome::none;
    const auto from = of.from.front();
    if (rests(from)) co_return lookup_outcome::failed;
    const auto& addresses = known->cert.addresses;
    const auto whose = policy::parse_address(addresses.empty() ? std::string{} : addresses.front());
    auto work = [this, live, from, fingerprint = of.fingerprint, whose, client = std::move(client)] {
        return refreshed_by_fingerprint(*client, from, fingerprint, whose, search_by_live(*live),
                                        steady_clock::now() + longest_lookup);
    };
    const auto found = co_await offload(pool_, std::move(work));
    co_await take_up(whose, found);
    co_return found.what;
}

// Of one host the same kind of problem is told once an hour, whomever it is asked for; and again after it has answered.
void key_finder::tell_problem(const policy::address& whose, const finding& found) {
    const auto now = steady_clock::now();
    const std::pair key(found.asked, found.trouble ? std::string(policy::name_of(*found.trouble)) : "answer");
    if (now < told_again_[key]) return;
    const auto line = "looking for a key of " + text::printable(whose.domain) + ": " + found.problem;
    found.what == lookup_outcome::failed ? log_warning(line) : log_line(line);
    if (told_again_.size() > most_told) told_again_.clear();
    told_again_[key] = now + std::chrono::hours(1);
}

void key_finder::tell(const policy::address& whose, const finding& found) {
    if (found.what != lookup_outcome::failed)
        std::erase_if(told_again_, [&](const auto& one) { return one.first.first == found.asked && !found.trouble; });
    if (!found.problem.empty()) tell_problem(whose, found);
    for (const auto& one : found.certificates)
        if (is_news(one)) log_line("keys: found " + one.cert.fingerprint + " at " + found.evidence);
}

awaitable<void> key_finder::take_up(const policy::address& whose, const finding& found) {
    tell(whose, found);
    for (const auto store : found.changed) co_await with_.take_up(store);
}

// After a failure it is asked for again within the hour, and not after a day.
void key_finder::note_asked(policy::key_source from, const policy::address& whose, lookup_outcome what,
                            std::chrono::seconds refresh) {
    constexpr std::chrono::hours soon{1};
    const auto now = keys::this_second();
    try_evidence("what was asked for again cannot be noted",
                 [&] { evidence_.note_asked(from, whose.key(), what == lookup_outcome::failed ? now - refresh + soon : now); });
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

bool key_finder::ask_keyservers(policy::key_source from, std::string fingerprint, std::function<void(lookup_outcome)> heard) {
    const auto live = with_.live();
    const auto& servers = servers_of(from, live->gateway.discover);
    if (servers.empty() || rests(from)) return false;
    auto made = std::make_shared<lookup_question>(io_);
    made->how_urgent = urgency::refresh;
    made->whose.domain = servers.front();
    made->from = {from};
    made->fingerprint = std::move(fingerprint);
    made->heard = std::move(heard);
    const bool waits = queue_.join(made) == made;
    begin_some();
    return waits;
}

} // namespace sealgate::milter
