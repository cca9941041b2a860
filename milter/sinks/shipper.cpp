#include "milter/sinks/shipper.hpp"

#include "milter/base/exception_text.hpp"
#include "milter/base/thread_name.hpp"
#include "milter/sinks/batch.hpp"
#include "milter/sinks/checkpoint_copies.hpp"
#include "milter/sinks/unshipped.hpp"
#include "policy/base/text.hpp"

#include <algorithm>
#include <cerrno>
#include <optional>
#include <poll.h>
#include <sys/eventfd.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace sealgate::milter {

namespace {

using std::chrono::steady_clock;

constexpr std::chrono::seconds patience{90}; // the server ends a statement after 60
constexpr std::chrono::milliseconds between_looks{300};
constexpr std::chrono::seconds first_pause{1}, longest_pause{60}, between_checkpoints{1};

int new_eventfd() {
    const auto out = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (out < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
    return out;
}

struct position {
    std::string gateway;
    policy::chain_end end;
    std::uint64_t checkpoint = 0;
};

position position_in(database_connection& to) {
    const auto rows = to.ask("SELECT gateway, seq, hash, checkpoint FROM sealgate.own_position()");
    const auto number = [](const database_text& cell) { return cell ? std::stoull(*cell) : 0; };
    const auto& row = rows.at(0);
    return {.gateway = row.at(0).value_or(""),
            .end = {.last_seq = number(row.at(1)), .last_hash = row.at(2).value_or("")},
            .checkpoint = number(row.at(3))};
}

bool follows(const policy::link& next, const policy::chain_end& end) {
    return next.seq == end.last_seq + 1 && next.prev == end.last_hash;
}

} // namespace

shipper::shipper(shipping what)
    : what_(std::move(what))
    , stop_(new_eventfd())
    , standing_{.sink = what_.sink.shown, .problem = {}} {
    thread_ = with_thread_name("shipper", [this] { return std::thread([this] { run(); }); });
}

shipper::~shipper() {
    stop();
    thread_.join();
    ::close(stop_);
}

void shipper::stop() noexcept {
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto written = ::write(stop_, &one, sizeof one);
}

shipper::standing shipper::now() const {
    const std::lock_guard lock(mutex_);
    return standing_;
}

std::uint64_t shipper::last_shipped() const {
    const std::lock_guard lock(mutex_);
    return standing_.last_record;
}

void shipper::note_shipped(std::uint64_t last) {
    const std::lock_guard lock(mutex_);
    standing_.last_record = last;
}

void shipper::note_problem(std::string problem) {
    std::optional<std::string> news;
    {
        const std::lock_guard lock(mutex_);
        standing_.problem = problem;
        news = problem_.news(std::move(problem));
    }
    if (news) what_.complain("the audit log's copy in " + what_.sink.shown + ": " + *news);
}

// False where it is to stop.
bool shipper::wait(std::chrono::milliseconds time) const {
    pollfd stop{.fd = stop_, .events = POLLIN, .revents = 0};
    return ::poll(&stop, 1, static_cast<int>(time.count())) <= 0;
}

void shipper::run() {
    std::chrono::milliseconds pause = first_pause;
    for (;;) {
        try {
            if (!try_to_ship(pause)) return;
        } catch (...) { // no memory to tell of what it was: mail goes on, and so does this
        }
        if (!wait(pause)) return;
        pause = std::min<std::chrono::milliseconds>(pause * 2, longest_pause);
    }
}

// False where it is to stop.
bool shipper::try_to_ship(std::chrono::milliseconds& pause) {
    const auto before = last_shipped();
    try {
        ship();
        return false;
    } catch (const stopped&) {
        return false;
    } catch (const another_log& problem) {
        note_problem(text_of(problem));
        pause = longest_pause;
    } catch (const std::exception& problem) {
        note_problem(text_of(problem));
    }
    if (last_shipped() > before) pause = first_pause;
    return true;
}

// Until it is to stop, or something is in the way.
void shipper::ship() {
    const auto go_on = [this] { return wait(std::chrono::milliseconds(0)); };
    database_connection to(what_.sink.url, stop_, patience);
    const auto there = position_in(to);
    if (there.gateway != what_.gateway)
        throw another_log("this role writes there for \"" + text::printable(there.gateway) + "\", and this gateway is " +
                          what_.gateway + " (gateway.name)");
    auto end = there.end;
    std::optional<unshipped> rest;
    rest.emplace(what_.log, end, go_on);
    if (!go_on()) return;
    checkpoint_copies checkpoints(what_.checkpoints, there.checkpoint);
    auto next_checkpoints = steady_clock::now();
    bool looked_again = false;
    note_shipped(end.last_seq);
    for (;;) {
        record_batch batch;
        const auto durable = what_.durable();
        while (rest->next()) {
            if (rest->at().seq > durable || !batch.takes(rest->at())) {
                rest->push_back();
                break;
            }
            // What is missing may have been passed over by the reading, since files were rotated under it.
            if (batch.empty() && !follows(rest->at(), end) && !std::exchange(looked_again, true)) {
                rest.emplace(what_.log, end, go_on);
                continue;
            }
            batch.add(rest->at(), rest->line());
        }
        if (!batch.empty()) {
            batch.append_to(to);
            end = {.last_seq = batch.last().seq, .last_hash = batch.last().hash};
            looked_again = false;
            note_shipped(end.last_seq);
        }
        note_problem({});
        bool is_idle = batch.empty();
        if (is_idle || steady_clock::now() >= next_checkpoints) {
            if (checkpoints.copy_to(to, end.last_seq)) is_idle = false;
            next_checkpoints = steady_clock::now() + between_checkpoints;
        }
        if (!wait(is_idle ? between_looks : std::chrono::milliseconds(0))) return;
    }
}

} // namespace sealgate::milter
