#include "milter/base/keyed_mutex.hpp"

#include "milter/base/as_result.hpp"

#include <boost/asio/this_coro.hpp>

namespace sealgate::milter {

namespace asio = boost::asio;

void key_guard::end() {
    const auto table = std::exchange(table_, nullptr);
    if (!table) return;
    const auto at = table->find(name_);
    while (!at->second.empty()) {
        const auto next = at->second.front().lock();
        at->second.pop_front();
        if (next && next->cancel() > 0) return; // the name stays in the table: it is theirs now
    }
    table->erase(at);
}

asio::awaitable<key_guard> keyed_mutex::take(std::string name) {
    const auto executor = co_await asio::this_coro::executor;
    const auto [at, is_free] = table_->try_emplace(name);
    if (!is_free) {
        const auto waits = std::make_shared<asio::steady_timer>(executor, asio::steady_timer::time_point::max());
        at->second.push_back(waits);
        co_await waits->async_wait(as_result);
    }
    co_return key_guard(table_, std::move(name));
}

} // namespace sealgate::milter
