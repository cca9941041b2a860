#include "milter/memory/message_claim.hpp"

#include <algorithm>
#include <utility>

namespace sealgate::milter {

namespace {

// With the socket's buffers: what a message costs that is as most are.
constexpr std::size_t at_first = 256 * 1024, of_it_for_the_header = 64 * 1024, small_message = std::size_t{1} << 20; // octets

// A header is copied by those who change it.
constexpr std::size_t copies_of_the_header = 4;

} // namespace

boost::asio::awaitable<void> message_claim::cover(std::size_t held) {
    if (covers(held)) co_return;
    if (small_.empty()) {
        auto first = co_await budget_->take(at_first);
        small_.push_back(std::move(first));
        covered_ = of_it_for_the_header;
    }
    if (covers(held)) co_return;
    const auto wanted = std::max(held, 2 * covered_) - covered_;
    auto more = budget_->try_take(copies_of_the_header * wanted);
    if (more.octets() == 0) {
        large_ = co_await budget_->take_large(work_on(largest_));
        co_return;
    }
    covered_ += wanted;
    small_.push_back(std::move(more));
}

boost::asio::awaitable<void> message_claim::cover_work(std::size_t size) {
    if (budget_ == nullptr || large_.octets() > 0 || size < small_message) co_return;
    large_ = co_await budget_->take_large(work_on(std::min(size, largest_)));
}

} // namespace sealgate::milter
