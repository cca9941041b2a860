#include "milter/notices/key_watch.hpp"

#include "keys/base/files.hpp"
#include "keys/base/sqlite.hpp"
#include "keys/certificates/ends.hpp"
#include "keys/store/due.hpp"
#include "keys/store/evidence.hpp"
#include "milter/base/as_result.hpp"
#include "milter/base/decision_id.hpp"
#include "milter/base/exception_text.hpp"
#include "milter/base/keep_running.hpp"
#include "milter/base/offload.hpp"
#include "milter/journal/log.hpp"
#include "milter/notices/watch_file.hpp"
#include "policy/notices/watch_mail.hpp"

#include <boost/asio/co_spawn.hpp>

#include <algorithm>
#include <iterator>
#include <utility>

namespace sealgate::milter {

namespace {

namespace asio = boost::asio;

constexpr std::chrono::seconds before_another_try{30}, longest_sleep{60};
constexpr std::chrono::seconds between_looks{600}; // for what happens without a change of the configuration in force
constexpr std::size_t most_news = 1000;            // at a time
constexpr std::chrono::hours further_ahead{25};    // what comes into sight until the next look, which is within a day

} // namespace

key_watch::key_watch(asio::io_context& io, const std::filesystem::path& directory, outbox& copies,
                     std::function<std::shared_ptr<const snapshot>()> live, witness hears, clock now)
    : io_(io)
    , file_(directory / "told.jsonl")
    , outbox_(copies)
    , live_(std::move(live))
    , witness_(std::move(hears))
    , now_(std::move(now))
    , timer_(io) {
    read();
}

// Whatever the file is, the gateway starts: at worst administrators are told again.
void key_watch::read() {
    try {
        keys::make_private_directory(file_.parent_path());
        if (!std::filesystem::exists(file_)) return;
        auto [told, passed_over] = parse_watch(keys::read_file(file_));
        told_ = std::move(told);
        if (passed_over > 0)
            log_warning(file_.string() + " has " + std::to_string(passed_over) +
                        " lines that cannot be read; passed over, administrators may be told of keys again");
    } catch (const std::exception& problem) {
        log_warning("what administrators were told of keys cannot be read: " + text_of(problem) + "; they may be told again");
    }
}

std::chrono::sys_seconds key_watch::look_now(const snapshot& live) {
    const auto now = std::chrono::floor<std::chrono::seconds>(now_());
    const auto& watch = live.gateway.watch;
    if (watch.mail.empty()) return now + std::chrono::hours(24);
    const auto ahead = std::ranges::max(watch.before) + further_ahead;
    const auto& all = *live.certificates;
    const auto& how = live.rules.encryption;
    auto keys = keys::watched_among(all.own().ending_by(now + ahead), all.own(),
                                    {.always_to = how.always_to, .bound = keys::bound_ones(all)}, ahead, now);
    // What is found is asked for again before it ends, and its owners' to see to.
    std::ranges::move(keys::due_bound_ones(all, how, ahead, now), std::back_inserter(keys.certificates));
    keys.news = news_of(live);
    // What happened in this second may not be all of it.
    const auto is_fresh = [&](const policy::key_news& one) { return one.time >= now; };
    const auto pause = std::erase_if(keys.news, is_fresh) > 0 ? std::chrono::seconds(1) : between_looks;
    const auto news = policy::keys_to_tell(keys, watch.before, told_, now);
    if (!news.none()) send(live, news, now);
    if (news.after != told_ || is_behind_) remember(news.after);
    return std::min(news.next, now + pause);
}

std::vector<policy::key_news> key_watch::news_of(const snapshot& live) const {
    try {
        const keys::evidence_book book(keys::evidence_file(key_places(live.gateway)));
        return book.news_after(told_.news.value_or(std::chrono::sys_seconds{}), most_news);
    } catch (const keys::sqlite_error&) { // the rest is told without it
        return {};
    }
}

void key_watch::send(const snapshot& live, const policy::watch_news& news, std::chrono::sys_seconds now) {
    const auto& to = live.gateway.watch.mail;
    owed_copy mail{
        .decision = new_decision_id(),
        .sender = {},
        .recipients = {},
        .message = {policy::watch_mail({.rules = live.rules, .mode = live.gateway.mode, .to = to, .news = news, .now = now})}};
    for (const auto& who : to)
        mail.recipients.push_back({.address = who.spelled, .identity = policy::watch_identity(news, told_.mail, who)});
    const auto id = mail.decision;
    outbox_.add({std::move(mail)});
    log_line(id + " keys: told to keys.watch.mail: " + std::to_string(news.unusable.size()) + " of always_to cannot be used, " +
             std::to_string(news.ending.size()) + " end soon, " + std::to_string(news.ended.size()) + " have ended, " +
             std::to_string(news.news.size()) + " found ones were proposed, changed or revoked");
    try {
        if (witness_) witness_(live, news);
    } catch (const std::exception& problem) {
        log_error(id + " not recorded in the audit log: " + text_of(problem));
    }
}

// Holds even if it throws.
void key_watch::remember(policy::watch_memory now) {
    told_ = std::move(now);
    is_behind_ = true;
    keys::replace_file(file_, to_text(told_));
    is_behind_ = false;
}

void key_watch::look() {
    wanted_ = true;
    timer_.cancel();
}

void key_watch::start(asio::thread_pool& pool) {
    keep_running(io_.get_executor(), "telling administrators of keys", [this, &pool] { return run(pool); });
}

asio::awaitable<void> key_watch::run(asio::thread_pool& pool) {
    for (;;) {
        wanted_ = false;
        wall_time next = now_() + before_another_try;
        std::string problem;
        try {
            auto work = [this, live = live_()] { return look_now(*live); };
            next = co_await offload(pool, std::move(work));
        } catch (const std::bad_alloc&) {
            throw;
        } catch (const std::exception& broken) {
            problem = "cannot keep what keys.watch.mail is to be told: " + text_of(broken) + "; that is tried again";
        }
        if (const auto news = problem_.news(std::move(problem))) log_warning(*news);
        co_await wait_until(next);
    }
}

// Or until somebody wants a look. The wall clock may be set meanwhile.
asio::awaitable<void> key_watch::wait_until(wall_time next) {
    while (!wanted_ && now_() < next) {
        timer_.expires_after(std::min<wall_time::duration>(next - now_(), longest_sleep));
        co_await timer_.async_wait(as_result);
    }
}

} // namespace sealgate::milter
