#include "milter/outbox/queue_runner.hpp"

#include "milter/base/as_result.hpp"
#include "milter/base/decision_id.hpp"
#include "milter/base/exception_text.hpp"
#include "milter/base/keep_running.hpp"
#include "milter/base/offload.hpp"
#include "milter/base/thread_name.hpp"
#include "milter/journal/log.hpp"
#include "policy/base/text.hpp"
#include "policy/mail/message.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <exception>
#include <new>
#include <stdexcept>
#include <utility>

namespace sealgate::milter {

namespace {

namespace asio = boost::asio;
using asio::awaitable;

// Between tries to record what became of a copy, while the disk does not take it: longer each time, up to the second.
constexpr std::chrono::seconds first_disk_pause{1}, longest_disk_pause{30};

std::string message_id_of(std::string_view message) {
    // The header is enough, and a large body is not worth a copy.
    const auto header = message.substr(0, std::min(message.find("\r\n\r\n"), std::size_t{1} << 20));
    return policy::message_id(policy::parse_message(std::string(header) + "\r\n\r\n")).value_or("");
}

} // namespace

queue_runner::queue_runner(asio::io_context& io, outbox& copies, queue_runner_options options)
    : io_(io)
    , outbox_(copies)
    , options_(std::move(options))
    , timer_(io)
    , grace_(io)
    , disk_(with_thread_name("outbox", [this] { return asio::thread_pool(options_.most_connections); })) {
    outbox_.on_added([this] { asio::post(io_, [this] { wake(); }); });
}

queue_runner::~queue_runner() {
    outbox_.on_added({});
    disk_.stop();
    disk_.join();
}

void queue_runner::start() {
    keep_running(io_.get_executor(), "handing over what waits in the outbox", [this] { return run(); });
}

awaitable<void> queue_runner::run() {
    while (!stopping_) {
        if (due_.empty()) co_await plan();
        for (; !due_.empty(); due_.pop_back()) begin(due_.back());
        if (!stopping_) co_await wait_for_work();
    }
}

// What to begin now. A disk that does not answer is seen at the next look.
awaitable<void> queue_runner::plan() {
    woken_ = false;
    const bool look = std::chrono::steady_clock::now() >= next_look_;
    if (look) next_look_ = std::chrono::steady_clock::now() + options_.look_every;
    const auto room = options_.most_connections - under_way_;
    auto work = [this, look, room, hurry = std::exchange(hurry_, false)] {
        if (look) outbox_.look();
        if (hurry) outbox_.hurry();
        due_ = outbox_.take_due(room);
        std::ranges::reverse(due_);
        return outbox_.next_try();
    };
    try {
        next_try_ = co_await offload(disk_, std::move(work));
    } catch (const std::exception& problem) {
        log_warning("cannot look into the outbox: " + text_of(problem));
    }
}

awaitable<void> queue_runner::wait_for_work() {
    if (woken_) co_return;
    auto until = next_look_;
    if (next_try_ && under_way_ < options_.most_connections) {
        const auto left = std::max(*next_try_ - outbox_.now(), wall_time::duration{});
        until = std::min(until, std::chrono::steady_clock::now() + left);
    }
    timer_.expires_at(until);
    co_await timer_.async_wait(as_result);
}

void queue_runner::wake() {
    woken_ = true;
    timer_.cancel();
}

void queue_runner::begin(const std::string& id) {
    ++under_way_;
    try {
        asio::co_spawn(io_, try_copy(id), [this, id](const std::exception_ptr& problem) {
            --under_way_;
            wake();
            if (problem) log_warning("copy " + id + " was not handed over: " + text_of(problem));
            finish_if_stopped();
        });
    } catch (...) { // no memory to begin with: it stays due
        --under_way_;
        throw;
    }
}

awaitable<void> queue_runner::try_copy(std::string id) {
    wall_time not_before = outbox_.now() + options_.look_every; // unless it could be settled
    std::exception_ptr problem;
    std::shared_ptr<claimed_copy> copy;
    try {
        auto claim = [this, id] { return outbox_.claim(id); };
        copy = co_await offload(disk_, std::move(claim));
        if (copy && !stopping_) {
            const auto said = co_await talk(copy);
            auto result = sort(copy, said);
            tell_outage(said);
            tell(result, said);
            co_await finish(std::move(result));
            not_before = {};
        }
    } catch (...) {
        problem = std::current_exception();
    }
    co_await release(std::move(id), std::move(copy), not_before);
    if (problem) std::rethrow_exception(problem);
}

// What is not given back is not tried again until the next start. The last who has a removed file open pays for its
// octets' way back to the disk: not the network thread.
awaitable<void> queue_runner::release(std::string id, std::shared_ptr<claimed_copy> copy, wall_time not_before) {
    try {
        auto work = [this, id, copy = std::move(copy), not_before]() mutable {
            copy.reset();
            outbox_.release(id, not_before);
        };
        co_await offload(disk_, std::move(work));
        co_return;
    } catch (const std::bad_alloc&) { // perhaps for the way to the other thread
    }
    outbox_.release(id, not_before);
}

awaitable<handed_over> queue_runner::talk(std::shared_ptr<claimed_copy> copy) {
    outgoing_mail mail{.sender = copy->head.sender, .recipients = {}, .message = copy->message, .dsn = copy->head.dsn};
    for (const auto& one : copy->head.recipients) mail.recipients.push_back({.address = one.address, .dsn = one.dsn});
    auto about_to_end = [this, copy](std::vector<std::size_t> accepted) -> awaitable<void> {
        if (stopping_) throw std::runtime_error("the gateway ends");
        auto record = [this, copy, accepted] { outbox_.begin(*copy, accepted); };
        co_await offload(disk_, std::move(record));
    };
    auto server = options_.submit();
    co_return co_await hand_over(std::move(server), std::move(mail), options_.deadlines, std::move(about_to_end));
}

queue_runner::try_result queue_runner::sort(std::shared_ptr<claimed_copy> copy, const handed_over& said) const {
    const bool too_old = copy->head.created + options_.keep_trying <= outbox_.now();
    try_result result{
        .copy = copy, .taken = {}, .given_up = {}, .waiting = {}, .tries = copy->head.tries + 1, .unclear = said.unclear};
    for (std::size_t i = 0; i < said.recipients.size(); ++i) {
        auto one = copy->head.recipients[i];
        one.last_reply = said.recipients[i].reply;
        switch (said.recipients[i].what) {
        case fate::taken: result.taken.push_back(std::move(one)); break;
        case fate::refused: result.given_up.push_back(std::move(one)); break;
        case fate::waits: (too_old ? result.given_up : result.waiting).push_back(std::move(one)); break;
        }
    }
    return result;
}

// Until it is on disk: what Postfix took must not be forgotten, or it would be handed over again.
awaitable<void> queue_runner::finish(try_result result) {
    const auto shared = std::make_shared<const try_result>(std::move(result));
    bool told = false;
    std::chrono::seconds pause = first_disk_pause;
    for (;;) {
        auto work = [this, shared, bounces = options_.bounces()]() -> std::string {
            try {
                finish_now(*shared, bounces);
                return {};
            } catch (const std::exception& problem) {
                return text_of(problem);
            }
        };
        const auto problem = co_await offload(disk_, std::move(work));
        if (problem.empty()) co_return;
        if (!std::exchange(told, true))
            log_warning(shared->copy->head.decision + " what became of its copy " + shared->copy->head.id +
                        " cannot be written: " + problem + "; that is tried until it can");
        asio::steady_timer timer(io_, pause);
        co_await timer.async_wait(as_result);
        pause = std::min(2 * pause, longest_disk_pause);
    }
}

// In this order: what was taken is never tried again; nobody is given up before the sender's bounce is on
// disk.
void queue_runner::finish_now(const try_result& result, const bounce_options& bounces) {
    outbox_.record_handed(result.taken);
    if (!result.given_up.empty()) give_up(result, bounces);
    if (!result.unclear) {
        outbox_.take_back(result.waiting);
        outbox_.take_back(result.given_up);
    }
    auto& head = result.copy->head;
    head.recipients = result.waiting;
    head.tries = result.tries;
    head.next_try = outbox_.now() + options_.waits[std::min<std::size_t>(result.tries, options_.waits.size()) - 1];
    outbox_.write_back(*result.copy);
}

void queue_runner::give_up(const try_result& result, const bounce_options& bounces) {
    const auto& copy = *result.copy;
    if (copy.head.sender.empty()) return outbox_.set_aside(copy, result.given_up);
    auto told = result.given_up;
    std::erase_if(told, [](const auto& one) { return !is_told_of_failure(one.dsn); });
    if (told.empty()) return;
    const auto message_id = message_id_of(copy.message);
    auto message = bounce_message({.options = bounces,
                                   .to = copy.head.sender,
                                   .decision = copy.head.decision,
                                   .message_id = message_id,
                                   .envid = copy.head.dsn.envid,
                                   .recipients = told,
                                   .now = outbox_.now(),
                                   .boundary = new_boundary()});
    outbox_.add({{.decision = copy.head.decision,
                  .sender = {},
                  .recipients = {{.address = copy.head.sender, .identity = bounce_identity(told)}},
                  .message = {std::move(message)}}});
}

void queue_runner::tell(const try_result& result, const handed_over& said) {
    const auto& head = result.copy->head;
    if (!result.taken.empty())
        log_line(head.decision + " handed over (" + result.taken.front().last_reply + ") to " + addresses_of(result.taken));
    for (const auto& one : result.given_up)
        log_warning(head.decision + " given up for " + one.address + " (" + one.last_reply + "): " +
                    (head.sender.empty()           ? "it has no sender to tell; kept as " + head.id + " in failed"
                     : is_told_of_failure(one.dsn) ? "the sender is told"
                                                   : "the sender asked not to be told (NOTIFY=" + one.dsn.notify + ")"));
    if (said.unclear && !result.waiting.empty())
        log_warning(head.decision + " was sent to its end, and no answer came (" + said.recipients.front().reply +
                    "): it is handed over again, and may arrive twice at " + addresses_of(result.waiting));
    else if (said.reached && !result.waiting.empty() && result.tries == 1)
        log_warning(head.decision + " waits for " + addresses_of(result.waiting) + ": " + result.waiting.front().last_reply);
}

// A port that is down is one fact, however many copies wait for it.
void queue_runner::tell_outage(const handed_over& said) {
    if (stopping_ || said.reached == outage_.empty()) return;
    if (!said.reached) {
        outage_ = "handing over fails: " + said.recipients.front().reply + "; copies wait in the outbox";
        return log_error(outage_);
    }
    outage_.clear();
    log_line("handing over works again");
    hurry_ = true; // nobody has to wait for the rest of his half hour
}

void queue_runner::stop(std::chrono::seconds grace, std::function<void()> stopped) {
    stopping_ = true;
    stopped_ = std::move(stopped);
    timer_.cancel();
    grace_.expires_after(grace);
    grace_.async_wait([this](boost::system::error_code error) {
        if (error || !stopped_) return;
        log_warning("ending while copies are being handed over: they are handed over again at the next start");
        std::exchange(stopped_, nullptr)();
    });
    finish_if_stopped();
}

void queue_runner::finish_if_stopped() {
    if (!stopped_ || under_way_ > 0) return;
    grace_.cancel();
    std::exchange(stopped_, nullptr)();
}

} // namespace sealgate::milter
