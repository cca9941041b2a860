#include "milter/outbox/submit_limit.hpp"

namespace sealgate::milter {

namespace {

constexpr std::chrono::minutes remembered{10};
constexpr std::chrono::seconds after_failure{5}; // a port that hangs is not waited for by each mail
constexpr smtp_deadlines patience{.step = std::chrono::seconds(2), .end_of_message = std::chrono::seconds(2)};

} // namespace

boost::asio::awaitable<std::optional<std::uint64_t>> submit_limit::octets() {
    if (std::chrono::steady_clock::now() < ask_again_) co_return known_;
    const auto said = co_await ask_size_limit(submit_(), patience);
    const auto now = std::chrono::steady_clock::now();
    ask_again_ = said ? now + remembered : now + after_failure;
    if (said) known_ = *said;
    co_return known_;
}

} // namespace sealgate::milter
