// The largest message that Postfix takes, as its submit port says (EHLO, RFC 1870): a sealed mail is larger than it came.
//
// Asked at the start and after a reload, and remembered for a while, since Postfix can be reloaded too. Where it could not be
// asked, the next mail that is sealed asks again. On the network thread.
// Tested by outbox/smtp_client_test.
#pragma once

#include "milter/outbox/smtp_client.hpp"
#include "milter/settings/endpoint.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>

namespace sealgate::milter {

class submit_limit {
public:
    explicit submit_limit(std::function<inet_endpoint()> submit)
        : submit_(std::move(submit)) {}

    // Octets; nothing where there is no limit, or nobody to ask.
    boost::asio::awaitable<std::optional<std::uint64_t>> octets();

    // What is remembered may be another port's.
    void forget() { ask_again_ = {}; }

private:
    std::function<inet_endpoint()> submit_;
    std::optional<std::uint64_t> known_;
    std::chrono::steady_clock::time_point ask_again_;
};

} // namespace sealgate::milter
