// The largest message that Postfix takes, as its submit port says (EHLO, RFC 1870): a sealed mail is larger than it came.
//
// Asked at the start and after a reload, and remembered for a while, since Postfix can be reloaded too. Where it could not be
// asked, the next mail that is sealed asks again. What is remembered lets mail pass and never refuses it: the administrator may
// have raised the limit since. A reload, too, leaves it until there is a new answer. One question at a time, shared by all who
// wait for its answer. On the network thread.
//
// As long as nobody has named a limit, what is not larger than a mail that Postfix has taken already, or than every mail server
// takes, is let pass, and the rest has to wait: Postfix would refuse it in words of its own, with its copies in the outbox.
#pragma once

#include "milter/settings/endpoint.hpp"

#include <boost/asio/awaitable.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace sealgate::milter {

class submit_limit {
public:
    explicit submit_limit(std::function<inet_endpoint()> submit)
        : submit_(std::move(submit)) {}
    ~submit_limit() { ask_anew(); }
    submit_limit(const submit_limit&) = delete;
    submit_limit& operator=(const submit_limit&) = delete;

    // The limit that a message of so many octets is over, as Postfix says now; nothing where it fits. The error says why nobody
    // can be asked for the limit, or whether what was said last still holds.
    boost::asio::awaitable<std::expected<std::optional<std::uint64_t>, std::string>> exceeded_by(std::uint64_t octets);

    // For the mails to come.
    boost::asio::awaitable<void> find_out();

    // Postfix has this one in its queue: it is within its limit, whatever that is.
    void note_taken(std::uint64_t octets) { largest_taken_ = std::max(largest_taken_, octets); }

    // What is being asked may be another port's.
    void ask_anew();

private:
    using said = std::expected<std::optional<std::uint64_t>, std::string>;
    struct question;

    boost::asio::awaitable<void> ask();
    boost::asio::awaitable<void> put(std::shared_ptr<question> what, inet_endpoint to);
    bool is_due() const { return std::chrono::steady_clock::now() >= ask_again_; }
    void remember(const said& what);
    std::uint64_t surely_taken() const;

    std::function<inet_endpoint()> submit_;
    std::shared_ptr<question> asking_;
    std::optional<std::optional<std::uint64_t>> named_; // nothing: nobody has answered; without a number: there is no limit
    std::uint64_t largest_taken_ = 0;
    std::string problem_; // why the last question had no answer; empty: it had
    std::chrono::steady_clock::time_point ask_again_;
};

} // namespace sealgate::milter
