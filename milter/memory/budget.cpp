#include "milter/memory/budget.hpp"

#include "milter/base/as_result.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/system/system_error.hpp>

#include <list>
#include <mutex>
#include <new>

namespace sealgate::milter {

namespace asio = boost::asio;

// Who has what, and who waits: large claims in one line, small ones in the other.
class memory_share::ledger : public std::enable_shared_from_this<ledger> {
public:
    struct waiter {
        std::size_t octets;
        asio::steady_timer called;
        bool is_served = false;
    };
    using line = std::list<waiter>;

    explicit ledger(asio::any_io_executor network)
        : network_(std::move(network)) {}

    void resize(std::size_t most, std::size_t reserve) {
        {
            const std::lock_guard lock(mutex_);
            most_ = most;
            reserve_ = reserve;
        }
        serve_soon();
    }

    // Before nobody who waits.
    bool try_take(std::size_t octets, bool is_small) {
        const std::lock_guard lock(mutex_);
        return large_waiters_.empty() && line_of(is_small).empty() && take(octets, is_small);
    }

    void give_back(std::size_t octets, bool is_small) {
        bool somebody_waits = false;
        {
            const std::lock_guard lock(mutex_);
            used_ -= octets;
            if (is_small) used_by_small_ -= octets;
            somebody_waits = !small_waiters_.empty() || !large_waiters_.empty();
        }
        if (somebody_waits) serve_soon();
    }

    line::iterator join(std::size_t octets, bool is_small) {
        const std::lock_guard lock(mutex_);
        auto& into = line_of(is_small);
        return into.insert(into.end(), {octets, asio::steady_timer(network_, asio::steady_timer::time_point::max())});
    }

    void leave(line::iterator at, bool is_small) {
        const std::lock_guard lock(mutex_);
        line_of(is_small).erase(at);
    }

    // In turn. Those who need much come first: what they wait for is not given to others meanwhile.
    void serve() {
        const std::lock_guard lock(mutex_);
        if (serve(large_waiters_, false)) serve(small_waiters_, true);
    }

    std::size_t used() const {
        const std::lock_guard lock(mutex_);
        return used_;
    }

    std::size_t most() const {
        const std::lock_guard lock(mutex_);
        return most_;
    }

private:
    void serve_soon() noexcept {
        try {
            asio::post(network_, [self = shared_from_this()] { self->serve(); });
        } catch (const std::bad_alloc&) { // whoever gives back next, or comes to wait, does it
        }
    }

    line& line_of(bool is_small) { return is_small ? small_waiters_ : large_waiters_; }

    bool fits(std::size_t octets, bool is_small) const {
        // The first of its kind always fits: after a reload there may be less than what somebody needs who has a part of it.
        if (is_small) return used_by_small_ == 0 || (used_by_small_ + octets + reserve_ <= most_ && used_ + octets <= most_);
        return used_ == used_by_small_ || used_ + octets <= most_;
    }

    bool take(std::size_t octets, bool is_small) {
        if (!fits(octets, is_small)) return false;
        used_ += octets;
        if (is_small) used_by_small_ += octets;
        return true;
    }

    // Whether nobody waits there any more.
    bool serve(line& of, bool is_small) {
        for (auto& one : of) {
            if (one.is_served) continue;
            if (!take(one.octets, is_small)) return false;
            one.is_served = true;
            one.called.cancel();
        }
        return true;
    }

    asio::any_io_executor network_;
    mutable std::mutex mutex_; // of all that follows
    std::size_t most_ = 0, reserve_ = 0;
    std::size_t used_ = 0, used_by_small_ = 0;
    line small_waiters_, large_waiters_; // served on the network thread alone
};

// Whoever gives up waiting leaves the line, and gives back what it was served meanwhile.
class memory_budget::place_in_line {
public:
    place_in_line(std::shared_ptr<ledger> of, std::size_t octets, bool is_small)
        : of_(std::move(of))
        , is_small_(is_small)
        , at_(of_->join(octets, is_small)) {
        of_->serve();
    }
    ~place_in_line() {
        const auto octets = is_served() && !is_taken_ ? at_->octets : 0;
        of_->leave(at_, is_small_);
        of_->give_back(octets, is_small_); // those behind it may come first now
    }
    place_in_line(const place_in_line&) = delete;
    place_in_line& operator=(const place_in_line&) = delete;

    bool is_served() const { return at_->is_served; }
    asio::steady_timer& called() { return at_->called; }
    void take() { is_taken_ = true; }

private:
    std::shared_ptr<ledger> of_;
    bool is_small_, is_taken_ = false;
    ledger::line::iterator at_;
};

memory_share& memory_share::operator=(memory_share&& other) noexcept {
    const memory_share before(std::move(*this));
    of_ = std::move(other.of_);
    octets_ = other.octets_;
    is_small_ = other.is_small_;
    return *this;
}

memory_share::~memory_share() {
    if (of_) of_->give_back(octets_, is_small_);
}

memory_budget::memory_budget(asio::any_io_executor network, std::size_t most, std::size_t reserve)
    : state_(std::make_shared<ledger>(std::move(network))) {
    resize(most, reserve);
}

void memory_budget::resize(std::size_t most, std::size_t reserve) { state_->resize(most, reserve); }

memory_share memory_budget::try_take(std::size_t octets) {
    return state_->try_take(octets, true) ? memory_share(state_, octets, true) : memory_share();
}

asio::awaitable<memory_share> memory_budget::take(std::size_t octets) { return take(octets, true); }

asio::awaitable<memory_share> memory_budget::take_large(std::size_t octets) { return take(octets, false); }

asio::awaitable<memory_share> memory_budget::take(std::size_t octets, bool is_small) {
    if (!state_->try_take(octets, is_small)) {
        place_in_line mine(state_, octets, is_small);
        if (!mine.is_served()) co_await mine.called().async_wait(as_result);
        if (!mine.is_served()) throw boost::system::system_error(asio::error::operation_aborted);
        mine.take();
    }
    co_return memory_share(state_, octets, is_small);
}

std::size_t memory_budget::used() const { return state_->used(); }
std::size_t memory_budget::most() const { return state_->most(); }

} // namespace sealgate::milter
