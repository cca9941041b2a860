#include "milter/sinks/shipper.hpp"

#include "milter/base/exception_text.hpp"
#include "milter/base/thread_name.hpp"
#include "milter/sinks/batch.hpp"
#include "milter/sinks/unshipped.hpp"

#include <algorithm>
#include <cerrno>
#include <memory>
#include <optional>
#include <poll.h>
#include <sys/eventfd.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace sealgate::milter {

namespace {

using std::chrono::steady_clock;

constexpr std::chrono::milliseconds between_looks{300};
constexpr std::chrono::seconds first_pause{1}, longest_pause{60}, between_further_looks{1};

int new_eventfd() {
    const auto out = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (out < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
    return out;
}

bool follows(const policy::link& next, const policy::chain_end& end) {
    return next.seq == end.last_seq + 1 && next.prev == end.last_hash;
}

} // namespace

shipper::shipper(shipping what)
    : what_(std::move(what))
    , stop_(new_eventfd())
    , standing_{.sink = what_.shown, .problem = {}} {
    thread_ = with_thread_name("shipper", [this] { return std::thread([this] { run(); }); });
}

shipper::~shipper() {
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto told = ::write(stop_, &one, sizeof one);
    thread_.join();
    ::close(stop_);
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
    if (news) what_.complain("the audit log's copy in " + what_.shown + ": " + *news);
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

// What the log has behind that. Nothing: it is to stop.
std::unique_ptr<unshipped> shipper::rest_behind(policy::chain_end& end, const log_destination& to) const {
    const auto go_on = [this] { return wait(std::chrono::milliseconds(0)); };
    std::unique_ptr<unshipped> out;
    try {
        out = std::make_unique<unshipped>(what_.log, end, go_on);
    } catch (const another_log& problem) {
        if (!to.takes_anything()) throw another_log(text_of(problem) + ". Nothing is written to it");
        what_.complain("the audit log's copy in " + what_.shown + ": " + text_of(problem) + ". It is sent from its beginning");
        end = {};
        out = std::make_unique<unshipped>(what_.log, end, go_on);
    }
    if (!go_on()) out.reset();
    return out;
}

void shipper::tell_gap(std::uint64_t last, std::uint64_t next) const {
    what_.complain("the audit log's copy in " + what_.shown + ": behind record " + std::to_string(last) + " comes " +
                   std::to_string(next) + ": what was between is no longer in the log");
}

// Until it is to stop, or something is in the way.
void shipper::ship() {
    const auto to = what_.connect(stop_);
    auto end = to->end();
    auto rest = rest_behind(end, *to);
    if (!rest) return;
    auto next_further_look = steady_clock::now();
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
            if (batch.empty() && !follows(rest->at(), end)) {
                if (!std::exchange(looked_again, true)) {
                    rest = rest_behind(end, *to);
                    if (!rest) return;
                    continue;
                }
                if (to->takes_anything()) tell_gap(end.last_seq, rest->at().seq);
            }
            batch.add(rest->at(), rest->line());
        }
        if (!batch.empty()) {
            to->append(batch);
            end = batch.end();
            looked_again = false;
            note_shipped(end.last_seq);
        }
        note_problem({});
        bool is_idle = batch.empty();
        if (is_idle || steady_clock::now() >= next_further_look) {
            if (to->look(end.last_seq)) is_idle = false;
            next_further_look = steady_clock::now() + between_further_looks;
        }
        if (!wait(is_idle ? between_looks : std::chrono::milliseconds(0))) return to->finish();
    }
}

} // namespace sealgate::milter
