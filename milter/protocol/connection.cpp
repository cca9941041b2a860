#include "milter/protocol/connection.hpp"

#include "milter/base/as_result.hpp"
#include "milter/base/exception_text.hpp"
#include "milter/journal/log.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/write.hpp>

#include <algorithm>
#include <array>
#include <exception>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace sealgate::milter {

namespace {

namespace asio = boost::asio;
using asio::awaitable;

constexpr std::size_t read_size = 64 * 1024;

answer try_again_later() {
    return {.final = verdict::tempfail,
            .edits = {},
            .reply = {.code = 451,
                      .enhanced = "4.3.0",
                      .lines = {"not sent yet: the mail gateway has a problem of its own.",
                                "Try again in a few minutes; if this lasts, tell your mail administrator."}}};
}

// Where memory is refused, it may be refused for these words, too.
answer deferred_for(const std::exception_ptr& problem) noexcept {
    try {
        log_warning("deferred: " + text_of(problem));
        return try_again_later();
    } catch (...) {
        return {.final = verdict::tempfail, .edits = {}, .reply = {}};
    }
}

} // namespace

connection::connection(stream_socket socket, std::string peer, connection_options options)
    : socket_(std::move(socket))
    , peer_(std::move(peer))
    , options_(std::move(options))
    , session_(options_.session)
    , watchdog_(socket_.get_executor()) {}

awaitable<void> connection::run() {
    using namespace asio::experimental::awaitable_operators;
    const auto self = shared_from_this();
    expect_within(options_.read_deadline);
    co_await (converse_or_tell() || watch());
    close();
}

// What ends with an exception is no end for operator||, which would wait for the watchdog.
awaitable<void> connection::converse_or_tell() {
    try {
        co_await converse();
    } catch (...) {
        log_warning("connection from " + peer_ + " closed: " + text_of(std::current_exception()));
    }
}

awaitable<void> connection::converse() {
    const auto buffer = std::make_unique_for_overwrite<char[]>(read_size);
    for (;;) {
        expect_within(options_.read_deadline);
        const auto [error, count] = co_await socket_.async_read_some(asio::buffer(buffer.get(), read_size), as_result);
        if (error) {
            if (frames_.pending() > 0 && error == asio::error::eof)
                log_warning("connection from " + peer_ + " ended in the middle of a frame");
            co_return;
        }
        frames_.feed({buffer.get(), count});
        for (;;) {
            auto frame = frames_.next();
            if (frame && !*frame) break;
            auto next = frame ? session_.take(**frame) : std::unexpected(std::move(frame.error()));
            if (!next) {
                log_warning("connection from " + peer_ + " closed: " + next.error().what);
                co_return;
            }
            if (!co_await perform(*std::move(next))) co_return;
            follow_claim();
            if (claim_ && !claim_->covers(session_.held())) co_await claim_->cover(session_.held());
        }
        if (draining_ && session_.idle()) co_return;
    }
}

// There is a claim as long as a message holds memory. While it waits, nothing is read: then Postfix waits too.
void connection::follow_claim() {
    if (session_.held() == 0)
        claim_.reset();
    else if (!claim_)
        claim_ = std::make_shared<message_claim>(options_.memory, options_.session.max_message_size);
}

awaitable<bool> connection::perform(step next) {
    if (auto* bytes = std::get_if<send_bytes>(&next)) co_return co_await send_text(std::move(bytes->bytes));
    if (auto* ready = std::get_if<message_complete>(&next)) co_return co_await answer_transaction(std::move(ready->completed));
    co_return std::holds_alternative<go_on>(next);
}

awaitable<bool> connection::answer_transaction(transaction completed) {
    const auto answered = co_await handle_with_progress(std::move(completed));
    auto encoded = encode(answered, session_.agreed());
    const bool sent = co_await send(std::move(encoded));
    session_.answered();
    co_return sent;
}

// The handler runs as a coroutine of its own, which may outlive this one: what they share is owned by both.
awaitable<answer> connection::handle_with_progress(transaction completed) {
    struct pending {
        std::optional<answer> made;
        asio::steady_timer done;
        bool peer_left = false;
    };
    const auto shared = std::make_shared<pending>(std::nullopt, asio::steady_timer(socket_.get_executor()));
    socket_.async_wait(stream_socket::wait_read, [shared, self = shared_from_this()](boost::system::error_code error) {
        shared->peer_left = error || self->peer_has_left();
    });
    auto handle = [self = shared_from_this(), claim = claim_, mail = std::move(completed),
                   shared]() mutable -> awaitable<answer> {
        co_await claim->cover_work(mail.size);
        is_awaited awaited = [shared] { return !shared->peer_left; };
        co_return co_await self->options_.handler(std::move(mail), self->session_.agreed(), std::move(awaited));
    };
    asio::co_spawn(socket_.get_executor(), std::move(handle),
                   [shared, self = shared_from_this()](std::exception_ptr problem, answer result) {
                       shared->made = problem ? deferred_for(problem) : std::move(result);
                       shared->done.cancel();
                   });
    while (!shared->made) {
        expect_within(options_.read_deadline);
        shared->done.expires_after(options_.progress_every);
        co_await shared->done.async_wait(as_result);
        if (shared->made || co_await send_text(progress_frame())) continue;
        shared->peer_left = true;
        co_return try_again_later();
    }
    boost::system::error_code ignored;
    socket_.cancel(ignored);
    co_return *std::move(shared->made);
}

// A peer that waits for its answer has nothing to say. What it sends nevertheless is left there, and a farewell is one.
bool connection::peer_has_left() {
    std::array<char, 5> head{}; // the length of a frame, and its letter
    boost::system::error_code error;
    socket_.non_blocking(true, error);
    const auto count = socket_.receive(asio::buffer(head), stream_socket::message_peek, error);
    if (error) return error != asio::error::would_block;
    const auto letter = static_cast<command>(head.back());
    return count == head.size() && frames_.pending() == 0 &&
           (letter == command::abort || letter == command::quit || letter == command::quit_new);
}

awaitable<bool> connection::send_text(std::string bytes) {
    octet_pieces one{std::move(bytes)};
    return send(std::move(one));
}

awaitable<bool> connection::send(octet_pieces bytes) {
    expect_within(options_.write_deadline);
    std::vector<asio::const_buffer> buffers;
    for (const auto& piece : bytes) buffers.emplace_back(piece.view().data(), piece.size());
    const auto [error, count] = co_await asio::async_write(socket_, buffers, as_result);
    co_return !error;
}

void connection::expect_within(std::chrono::seconds limit) { deadline_ = std::chrono::steady_clock::now() + limit; }

// Reads and writes only move the deadline; this wakes when it may have passed, so that a wait costs no timer of its own.
awaitable<void> connection::watch() {
    while (deadline_ > std::chrono::steady_clock::now()) {
        watchdog_.expires_at(std::min(deadline_, std::chrono::steady_clock::now() + options_.write_deadline));
        const auto [error] = co_await watchdog_.async_wait(as_result);
        if (error) co_return;
    }
    log_warning("connection from " + peer_ + " closed: silent for too long");
}

void connection::drain() {
    draining_ = true;
    if (session_.idle()) close();
}

void connection::close() {
    boost::system::error_code ignored;
    socket_.close(ignored);
    watchdog_.cancel();
}

} // namespace sealgate::milter
