#include "milter/held_commands/hand_in.hpp"

#include "milter/base/as_result.hpp"
#include "milter/base/exception_text.hpp"
#include "milter/outbox/smtp_client.hpp"
#include "milter/protocol/release_name.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <stdexcept>

namespace sealgate::milter {

namespace {

namespace asio = boost::asio;

using outgoing_recipients = std::vector<std::string>;

constexpr std::chrono::seconds longest_until_claimed{10};
constexpr std::chrono::milliseconds between_looks{20};

asio::awaitable<void> until_claimed(const held_permits& permits, std::string token, std::string port) {
    asio::steady_timer timer(co_await asio::this_coro::executor);
    const auto until = std::chrono::steady_clock::now() + longest_until_claimed;
    while (!permits.is_claimed(token)) {
        if (std::chrono::steady_clock::now() > until)
            throw std::runtime_error("the mail server at " + port +
                                     " does not ask this gateway, so the mail was not handed in; name a port that does in "
                                     "held.submit of sealgate.yaml");
        timer.expires_after(between_looks);
        co_await timer.async_wait(as_result);
    }
}

// Who is refused says more than those who wait for them.
handed_in in_words(const outgoing_recipients& who, const handed_over& result) {
    handed_in out{.end = result.unclear ? hand_in_end::unclear : hand_in_end::accepted, .reply = {}};
    bool is_refused = false;
    for (std::size_t i = 0; i < result.recipients.size(); ++i) {
        const auto& one = result.recipients[i];
        const bool says_more = !is_refused && one.what == fate::refused;
        is_refused = is_refused || says_more;
        if (one.what != fate::taken && !result.unclear) out.end = hand_in_end::refused;
        if (out.reply.empty() || says_more) out.reply = one.reply;
    }
    if (is_refused && result.recipients.size() > 1 && !result.unclear) {
        const auto at = std::ranges::find(result.recipients, fate::refused, &recipient_fate::what);
        if (std::ranges::any_of(result.recipients, [](const auto& one) { return one.what != fate::refused; }))
            out.reply = who[static_cast<std::size_t>(at - result.recipients.begin())] + ": " + out.reply;
    }
    return out;
}

} // namespace

handed_in hand_in(const inet_endpoint& port, const held_permits& permits, const held_permit& permit,
                  const held_envelope& envelope, octets content) {
    outgoing_mail mail{.sender = envelope.sender,
                       .recipients = {},
                       .message = std::move(content),
                       .dsn = envelope.dsn,
                       .introduction = release_name(permit.token)};
    for (const auto& one : envelope.recipients) mail.recipients.push_back({.address = one.address, .dsn = one.dsn});
    outgoing_recipients who;
    for (const auto& one : envelope.recipients) who.push_back(one.address);
    const auto all = mail.recipients.size();
    const auto name = to_string(endpoint(port)).substr(sizeof "inet:" - 1);
    before_the_end about_to_end = [&permits, &permit, all, name](std::vector<std::size_t> accepted) -> asio::awaitable<void> {
        if (accepted.size() != all) throw std::runtime_error("the mail server does not take all its recipients");
        co_await until_claimed(permits, permit.token, name);
    };
    handed_in out{.end = hand_in_end::unclear, .reply = {}};
    asio::io_context io;
    asio::co_spawn(io, hand_over(port, std::move(mail), {}, std::move(about_to_end)),
                   [&](const std::exception_ptr& thrown, const handed_over& result) {
                       if (thrown)
                           out.reply = text_of(thrown);
                       else
                           out = in_words(who, result);
                   });
    io.run();
    return out;
}

} // namespace sealgate::milter
