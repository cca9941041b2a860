// Whether what is encrypted so far of a mail is more than Postfix takes, or than one mail may put into the outbox.
// Tested by e2e/test_sizes.py.
#pragma once

#include "milter/gateway/leaving_size.hpp"
#include "milter/gateway/trouble.hpp"
#include "milter/outbox/submit_limit.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <optional>

namespace sealgate::milter {

// `most_of_copies`: octets. What only Postfix can say, the mail waits for.
boost::asio::awaitable<std::optional<trouble>> too_much(const leaving_size& sizes, submit_limit& most,
                                                        std::uint64_t most_of_copies);

} // namespace sealgate::milter
