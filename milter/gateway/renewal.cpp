#include "milter/gateway/renewal.hpp"

#include "milter/base/directory_watch.hpp"
#include "milter/base/exception_text.hpp"
#include "milter/base/keep_running.hpp"
#include "milter/base/offload.hpp"
#include "milter/journal/log.hpp"
#include "milter/settings/policy_archive.hpp"
#include "milter/settings/reload_news.hpp"

#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <optional>
#include <utility>

namespace sealgate::milter {

namespace {

namespace asio = boost::asio;

constexpr std::chrono::seconds between_looks{5};
constexpr std::chrono::minutes longest_pause{1};
constexpr std::chrono::milliseconds longest_rest{500}; // where many certificates come, one by one
constexpr int a_hundred_times = 100;                   // as long as a look took, till the next without a reason

std::chrono::system_clock::time_point now() { return std::chrono::system_clock::now(); }

policy::certificate_changes written(policy::certificate_changes changes, const policy::pseudonyms& names) {
    for (auto* kind : {&changes.added, &changes.changed, &changes.removed})
        for (auto& fingerprint : *kind) fingerprint = names.of_text(fingerprint);
    return changes;
}

// Without the note, a store that is lost while the gateway is down looks like one that was never filled.
void note_what_is_held_in(const std::filesystem::path& keys_directory) {
    try {
        keys::store(keys_directory, {}).note_what_it_holds();
    } catch (const std::exception& problem) {
        log_warning("cannot note that there are certificates: " + text_of(problem));
    }
}

bool needs_a_start(const config& old, const config& wanted) {
    return old.listen != wanted.listen || old.state != wanted.state || old.limits.connections != wanted.limits.connections ||
           old.limits.crypto_workers != wanted.limits.crypto_workers || old.audit != wanted.audit ||
           old.metrics != wanted.metrics || old.fleet_key != wanted.fleet_key;
}

} // namespace

// A log that names it can do without its text; mail cannot wait for a disk that has no room for it.
void keep_policy_of(const config& gateway, const policy::policy& rules) {
    try {
        keep_policy(gateway.audit_directory(), rules.digest, *rules.digested);
    } catch (const std::exception& problem) {
        log_error("the policy in force cannot be kept beside the audit log: " + text_of(problem));
    }
}

policy::in_force in_force(const snapshot& live) {
    return {.mode = live.gateway.mode,
            .policy = live.rules.digest,
            .certificates = "sha256:" + live.certificates->digest(),
            .certificate_count = live.certificates->count()};
}

void renewal::start() {
    for (const auto& problem : gateway_.live()->key_problems) log_warning(problem);
    tell_of_organisation_keys(*gateway_.live());
    note_what_is_held_in(gateway_.live()->gateway.keys_directory());
    keep_running(io_.get_executor(), "looking for what commands leave for the audit log", [this] { return look_for_events(); });
    keep_running(io_.get_executor(), "following the key store", [this] { return follow_keys(); });
}

asio::awaitable<void> renewal::look_for_events() {
    directory_watch watch(io_, {.between_looks = between_looks, .between_looks_without_inotify = between_looks});
    for (;;) {
        watch.start({events_.directory()});
        co_await watch.changed();
        auto look = [this] { events_.look(); };
        co_await offload(thread_, std::move(look));
        tell_of_organisation_keys(*gateway_.live());
    }
}

// Certificates that are imported, removed, disabled or enabled, by whatever hand.
asio::awaitable<void> renewal::follow_keys() {
    using clock = std::chrono::steady_clock;
    directory_watch watch(io_);
    asio::steady_timer rest(io_);
    for (;;) {
        watch.start(keys::directories_of(key_places(gateway_.live()->gateway)));
        const auto began = clock::now();
        const auto what = std::exchange(look_at_all_, false) ? keys::reading::all : keys::reading::what_changed;
        co_await refresh_keys(what);
        const auto took = clock::now() - began;
        rest.expires_after(std::min<clock::duration>(took, longest_rest));
        co_await rest.async_wait(asio::use_awaitable);
        co_await watch.changed(std::min<clock::duration>(a_hundred_times * took, longest_pause));
    }
}

asio::awaitable<void> renewal::look_at(policy::key_source source) { co_await refresh_keys(keys::reading::as_indexed, source); }

asio::awaitable<void> renewal::refresh_keys(keys::reading what, std::optional<policy::key_source> only) {
    std::string problem;
    for (bool done = false; !done;) {
        problem.clear();
        const auto live = gateway_.live();
        auto work = [this, live, what, only] {
            auto reread = read_keys_anew(*live, what, only);
            if (reread.fresh) events_.look(); // what a command says of it comes first
            return reread;
        };
        std::optional<reread_keys> reread;
        try {
            reread = co_await offload(thread_, std::move(work));
        } catch (const std::exception& broken) {
            problem = "the key store cannot be read, and the certificates in use stay: " + text_of(broken);
        }
        done = gateway_.live() == live; // else a reload was quicker, and its configuration stays
        if (done && reread) co_await take_over(*std::move(reread));
    }
    if (const auto news = keys_problem_.news(std::move(problem))) log_warning(*news);
}

asio::awaitable<void> renewal::take_over(reread_keys reread) {
    const auto fresh = std::move(reread.fresh);
    const auto before = gateway_.live()->certificates->digest();
    if (fresh) put_in_force(fresh);
    for (const auto& problem : reread.news) log_warning(problem);
    const auto& changes = reread.changes;
    if (!fresh || fresh->certificates->digest() == before) co_return; // what was bound changes it, too
    log_line("keys: " +
             (changes.none() ? "what is bound was changed"
                             : std::to_string(changes.added.size()) + " added, " + std::to_string(changes.changed.size()) +
                                   " changed, " + std::to_string(changes.removed.size()) + " removed") +
             "; " + std::to_string(fresh->certificates->count()) + " in force");
    events_.record(policy::keys_reload_event(now(), in_force(*fresh), written(changes, gateway_.names())));
    co_await note_what_the_store_holds();
}

void renewal::reload() {
    if (reload_wanted_.exchange(true)) return;
    asio::co_spawn(io_, load_anew(), [this](const std::exception_ptr& problem, const reload_result&) {
        if (!problem) return;
        reload_wanted_ = false;
        log_error("the reload failed: " + text_of(problem));
    });
}

asio::awaitable<reload_result> renewal::reload_now() {
    auto out = co_await load_anew();
    auto flush = [this] { events_.flush(); };
    co_await offload(thread_, std::move(flush));
    co_return out;
}

asio::awaitable<reload_result> renewal::load_anew() {
    auto work = [this, live = gateway_.live()] {
        reload_wanted_ = false;
        auto loaded = load_snapshot(config_path_, live.get());
        if (loaded) keep_policy_of(live->gateway, (*loaded)->rules);
        return loaded;
    };
    std::shared_ptr<const snapshot> fresh;
    reload_result out;
    try {
        if (auto loaded = co_await offload(thread_, std::move(work)))
            fresh = *std::move(loaded);
        else
            out.lines = std::move(loaded.error());
    } catch (const std::exception& problem) {
        out.lines.push_back(text_of(problem));
        reload_wanted_ = false; // where it did not even begin
    }
    out.is_in_force = fresh != nullptr;
    if (out.is_in_force)
        out.lines.push_back(co_await take_over(std::move(fresh)));
    else
        refuse(out.lines);
    co_return out;
}

asio::awaitable<std::string> renewal::take_over(std::shared_ptr<const snapshot> fresh) {
    const auto old = gateway_.live();
    put_in_force(fresh);
    look_at_all_ = true;
    refusal_.clear();
    auto news = reload_news(*old, *fresh);
    if (needs_a_start(old->gateway, fresh->gateway))
        news += "; audit, fleet, gateway.listen, metrics, state, limits.connections and limits.crypto_workers take effect at "
                "the next "
                "start";
    for (const auto& problem : fresh->key_problems) log_warning(problem);
    tell_of_organisation_keys(*fresh);
    log_line("reloaded: " + news);
    events_.record(policy::reload_event(now(), in_force(*old), in_force(*fresh)));
    most_.ask_anew();
    asio::co_spawn(io_, most_.find_out(), asio::detached); // the next mail asks again, where it fails
    co_await note_what_the_store_holds();
    co_return news;
}

std::vector<std::string> renewal::problems() const {
    std::vector<std::string> out;
    for (const auto& one : {refusal_, keys_problem_.what()})
        if (!one.empty()) out.push_back(one);
    return out;
}

void renewal::put_in_force(std::shared_ptr<const snapshot> fresh) {
    gateway_.replace(std::move(fresh));
    renewed_();
}

void renewal::refuse(const std::vector<std::string>& errors) {
    for (const auto& error : errors) log_error(error);
    const auto& live = *gateway_.live();
    events_.record(policy::refused_reload_event(now(), in_force(live), errors.size()));
    log_error("not reloaded: the configuration in force stays; policy " + live.rules.digest);
    ++refused_;
    refusal_ = "the last reload was refused" + (errors.empty() ? "" : ": " + errors.front());
}

asio::awaitable<void> renewal::note_what_the_store_holds() {
    auto work = [directory = gateway_.live()->gateway.keys_directory()] { note_what_is_held_in(directory); };
    co_await offload(thread_, std::move(work));
}

// Time alone makes them expire, so it is looked at now and then, and told once.
void renewal::tell_of_organisation_keys(const snapshot& live) {
    auto problems = unusable_organisation_keys(live, std::chrono::floor<std::chrono::seconds>(now()));
    for (const auto& problem : problems)
        if (std::ranges::find(organisation_keys_, problem) == organisation_keys_.end()) log_warning(problem);
    organisation_keys_ = std::move(problems);
}

} // namespace sealgate::milter
