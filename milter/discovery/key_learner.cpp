#include "milter/discovery/key_learner.hpp"

#include "keys/base/clock.hpp"
#include "keys/certificates/one_address.hpp"
#include "keys/learning/eviction.hpp"
#include "keys/store/evidence.hpp"
#include "milter/base/as_result.hpp"
#include "milter/base/decision_id.hpp"
#include "milter/base/exception_text.hpp"
#include "milter/base/offload.hpp"
#include "milter/base/thread_name.hpp"
#include "milter/journal/log.hpp"
#include "policy/crypto/digest.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <exception>
#include <optional>
#include <sys/resource.h>
#include <utility>

namespace sealgate::milter {

namespace {

namespace asio = boost::asio;
using asio::awaitable;

constexpr std::size_t most_tried = 10'000;

keys::learning_rules learning_rules_of(const learn_settings& from, std::string_view server) {
    keys::learning_rules out{.autocrypt = from.autocrypt == learn_action::propose,
                             .attached = from.attached == learn_action::propose,
                             .authserv_ids = from.authserv_ids};
    if (out.authserv_ids.empty() && !server.empty()) out.authserv_ids.emplace_back(server);
    return out;
}

// What it has of that certificate; null: nothing.
keys::shared_certificate known_in(const keys::catalogue* store, const std::string& fingerprint) {
    return store == nullptr ? nullptr : store->find_entry(fingerprint, keys::this_second()).stored;
}

bool is_in_use(const keys::evidence& one, const keys::keyring& certificates) {
    const auto& bound = certificates.bound();
    return certificates.pinned_for(one.address).value_or(one.fingerprint) == one.fingerprint || !bound ||
           std::ranges::any_of(bound->all(), [&](const auto& entry) { return entry.second == one.fingerprint; });
}

// Without certificates: as if none were in use.
std::vector<keys::learned_entry> entries_of(const std::vector<keys::evidence>& seen, const keys::keyring* certificates) {
    std::vector<keys::learned_entry> out;
    for (const auto& one : seen)
        out.push_back({.fingerprint = one.fingerprint,
                       .domain = policy::parse_address(one.address).domain,
                       .learned = one.last,
                       .stays = certificates != nullptr && is_in_use(one, *certificates)});
    return out;
}

} // namespace

key_learner::key_learner(asio::io_context& io, memory_budget& memory, surroundings with)
    : io_(io)
    , memory_(memory)
    , with_(std::move(with))
    , pool_(with_thread_name("learner", [] { return asio::thread_pool(1); })) {
    asio::post(pool_, [] { ::setpriority(PRIO_PROCESS, 0, 19); }); // of that thread, and of the gpg that it starts
}

key_learner::~key_learner() {
    pool_.stop();
    pool_.join();
}

bool key_learner::is_on() const {
    const auto live = with_.live();
    const auto& how = live->gateway.learn;
    return how.autocrypt == learn_action::propose || how.attached == learn_action::propose;
}

keys::lesson_extent key_learner::extent_of(const policy::message& header, std::string_view server) {
    if (waiting_.size() >= most_waiting) return keys::lesson_extent::nothing;
    return keys::lesson_in(header, learning_rules_of(with_.live()->gateway.learn, server));
}

void key_learner::take(policy::message mail, std::string_view server) {
    const auto octets = policy::size_of(mail);
    if (waiting_.size() >= most_waiting || waiting_octets_ + octets > most_waiting_octets) return;
    auto share = memory_.try_take(octets - mail.body.size());
    if (share.octets() == 0) return;
    waiting_.push_back({.mail = std::move(mail),
                        .how = learning_rules_of(with_.live()->gateway.learn, server),
                        .octets = octets,
                        .share = std::move(share)});
    waiting_octets_ += octets;
    if (learns_) return;
    asio::co_spawn(io_, learn_all(), [this](const std::exception_ptr& problem) {
        learns_ = false;
        if (problem) log_warning("learning keys from mail: " + text_of(problem));
    });
    learns_ = true;
}

awaitable<void> key_learner::learn_all() {
    while (!waiting_.empty()) {
        auto next = std::move(waiting_.front());
        waiting_.pop_front();
        waiting_octets_ -= next.octets;
        asio::steady_timer later(io_, pause);
        std::string problem;
        bool rests = true;
        try {
            rests = co_await learn_from(std::move(next));
        } catch (const std::exception& broken) {
            problem = text_of(broken);
        }
        if (rests) tell(std::move(problem));
        if (rests) co_await later.async_wait(as_result);
    }
}

// Whether gpg had to be asked.
awaitable<bool> key_learner::learn_from(taken one) {
    const auto live = with_.live();
    auto work = [this, live, mail = std::move(one.mail), how = std::move(one.how)] { return import_new(*live, mail, how); };
    const auto found = co_await offload(pool_, std::move(work));
    for (const auto& what : found) {
        for (const auto& one_of_it : what.certificates)
            if (keys::is_news(one_of_it))
                log_line("keys: learned " + one_of_it.cert.fingerprint + " (" + std::string(name_of(what.source)) + ") from " +
                         what.evidence);
        for (const auto store : what.changed) co_await with_.take_up(store);
    }
    co_return !found.empty();
}

// On the worker. One for each source from which something was tried.
std::vector<finding> key_learner::import_new(const snapshot& live, const policy::message& mail,
                                             const keys::learning_rules& how) {
    std::vector<finding> out;
    const auto all = keys::learn(mail, how);
    for (const auto source : {policy::key_source::autocrypt, policy::key_source::attached}) {
        std::vector<std::string> fresh;
        finding found{.what = lookup_outcome::none, .source = source, .certificates = {}, .evidence = {}, .problem = {}};
        policy::address whose;
        std::map<std::string, std::string> fingerprints; // by digest
        for (const auto& one : all) {
            if (one.source != source || !is_news(live, one) || !make_room(live, one)) continue;
            fresh.push_back(one.binary);
            found.evidence = one.evidence;
            whose = one.whose;
            fingerprints.emplace(sha256_hex(one.binary), one.fingerprint);
        }
        if (fresh.empty()) continue;
        auto taken_in = take_in(std::move(found), fresh, whose, search_by(live, with_.told));
        if (tried_.size() > most_tried) tried_.clear();
        for (const auto& [digest, fingerprint] : fingerprints)
            tried_[digest] = std::ranges::any_of(taken_in.certificates, [&](const keys::imported_certificate& taken_one) {
                return taken_one.cert.fingerprint == fingerprint;
            });
        out.push_back(std::move(taken_in));
    }
    return out;
}

// Whether there is room for it in its store. Nobody waits for what was learned and never used, so that goes.
bool key_learner::make_room(const snapshot& live, const keys::learned_certificate& one) const {
    if (known_in(live.certificates->of(one.source).get(), one.fingerprint)) return true;
    const auto places = key_places(live.gateway);
    keys::evidence_book book(keys::evidence_file(places));
    const auto seen = book.from(one.source);
    constexpr keys::room_limits most{.all = most_certificates, .of_a_domain = most_of_a_domain};
    auto room = keys::room_for(one.whose.domain, entries_of(seen, {}), most);
    if (!room.is_there || !room.forget.empty())
        room = keys::room_for(one.whose.domain, entries_of(seen, live.certificates.get()), most);
    for (const auto& fingerprint : room.forget) {
        (void)keys::store_of(places, one.source, {}, live.rules.encryption.minimum)
            .remove(fingerprint, [&](const std::string& gone) { announce_removal(one.source, gone); });
        book.forget(one.source, fingerprint);
    }
    return room.is_there;
}

void key_learner::announce_removal(policy::key_source source, const std::string& fingerprint) const {
    with_.told.leave({{.time = std::chrono::system_clock::now(),
                       .what = policy::key_change::remove,
                       .id = new_decision_id(),
                       .fingerprint = with_.told.names.of_text(fingerprint),
                       .addresses = {},
                       .user = {},
                       .source = source,
                       .evidence = "to make room for what is learned",
                       .standing = policy::key_standing::proposed}});
}

// Whether the store may have something of it to take: it is not known as it is. What was taken and is not there any more was
// removed, and is taken again.
bool key_learner::is_news(const snapshot& live, const keys::learned_certificate& one) const {
    const auto store = live.certificates->of(one.source);
    const auto known = known_in(store.get(), one.fingerprint);
    if (known && !keys::brings_more(*known->binary, one.binary)) return false;
    if (const auto before = tried_.find(sha256_hex(one.binary)); before != tried_.end() && (known || !before->second))
        return false;
    const auto own = known_in(&live.certificates->own(), one.fingerprint);
    if (own && !keys::brings_more(*own->binary, one.binary)) return false;
    return (known ? known->binary->size() : 0) + one.binary.size() <= longest_certificate;
}

void key_learner::tell(std::string problem) {
    if (const auto news = problem_.news(std::move(problem))) log_warning("learning keys from mail: " + *news);
}

} // namespace sealgate::milter
