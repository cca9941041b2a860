#include "milter/gateway/too_much.hpp"

#include <string>

namespace sealgate::milter {

using policy::reason;

boost::asio::awaitable<std::optional<trouble>> too_much(const leaving_size& sizes, submit_limit& most,
                                                        std::uint64_t most_of_copies) {
    const auto over = co_await most.exceeded_by(sizes.largest());
    if (!over) co_return trouble{.why = reason::limit_unknown, .text = over.error()};
    if (*over)
        co_return trouble{.why = reason::too_large_sealed,
                          .text = "once encrypted it has " + std::to_string(sizes.largest()) + " octets, and Postfix takes " +
                                  std::to_string(**over) + " (message_size_limit)",
                          .most_octets = **over};
    if (sizes.copies() > most_of_copies)
        co_return trouble{.why = reason::too_many_copies,
                          .text = "its copies have more than " + std::to_string(most_of_copies) + " octets (limits.copies)",
                          .most_octets = most_of_copies};
    co_return std::nullopt;
}

} // namespace sealgate::milter
