#include "milter/sinks/shipper.hpp"

#include "milter/audit/reader.hpp"
#include "milter/base/thread_name.hpp"
#include "milter/sinks/batch.hpp"
#include "milter/sinks/checkpoint_copies.hpp"
#include "policy/audit/chain.hpp"
#include "policy/base/text.hpp"

#include <algorithm>
#include <cerrno>
#include <new>
#include <optional>
#include <poll.h>
#include <sys/eventfd.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace sealgate::milter {

namespace {

constexpr std::chrono::seconds patience{90}; // the server ends a statement after 60
constexpr std::chrono::milliseconds between_looks{300};
constexpr std::chrono::seconds first_pause{1}, longest_pause{60};
constexpr std::string_view does_not_follow = "SG001";

// What only an administrator can mend.
struct another_log : std::runtime_error {
    using std::runtime_error::runtime_error;
};

int new_eventfd() {
    const auto out = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (out < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
    return out;
}

struct position {
    std::string gateway;
    std::uint64_t seq = 0;
    std::string hash;
    std::uint64_t checkpoint = 0;
};

position position_in(database_connection& to) {
    const auto rows = to.ask("SELECT gateway, seq, hash, checkpoint FROM sealgate.own_position()");
    const auto number = [](const database_text& cell) { return cell ? std::stoull(*cell) : 0; };
    const auto& row = rows.at(0);
    return {.gateway = row.at(0).value_or(""),
            .seq = number(row.at(1)),
            .hash = row.at(2).value_or(""),
            .checkpoint = number(row.at(3))};
}

// The log's lines behind what the database has.
class unshipped {
public:
    unshipped(const std::filesystem::path& directory, const position& there)
        : reader_(directory, behind_files_before(there.seq, directory)) {
        if (there.seq == 0) return;
        std::optional<std::uint64_t> last;
        while (read()) {
            last = at_.seq;
            if (at_.seq == there.seq && at_.hash != there.hash)
                throw another_log(
                    "record " + std::to_string(there.seq) +
                    " of the database is not the one of this log: a gateway of this name wrote another log there, or "
                    "this one was put back from a copy. Nothing is written to it");
            if (at_.seq == there.seq) return;
            if (at_.seq > there.seq) {
                push_back();
                return;
            }
        }
        if (last.value_or(0) < there.seq)
            throw another_log("the database has records up to " + std::to_string(there.seq) +
                              ", and this log ends with record " + std::to_string(last.value_or(0)) +
                              ": it was put back from an older copy. Nothing is written to it");
    }

    // The next record; nothing: there is none now. A damaged line is none.
    bool next() { return std::exchange(is_pushed_back_, false) || read(); }
    void push_back() { is_pushed_back_ = true; }

    const policy::link& at() const { return at_; }
    const std::string& line() const { return line_; }

private:
    bool read() {
        while (reader_.next(line_))
            if (auto link = policy::read_link(line_)) return at_ = *std::move(link), true;
        return false;
    }

    audit_reader reader_;
    std::string line_;
    policy::link at_;
    bool is_pushed_back_ = false;
};

} // namespace

shipper::shipper(shipping what)
    : what_(std::move(what))
    , stop_(new_eventfd())
    , standing_{.sink = what_.sink.shown, .problem = {}} {
    thread_ = with_thread_name("shipper", [this] { return std::thread([this] { run(); }); });
}

shipper::~shipper() {
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto written = ::write(stop_, &one, sizeof one);
    thread_.join();
    ::close(stop_);
}

shipper::standing shipper::now() const {
    const std::lock_guard lock(mutex_);
    return standing_;
}

void shipper::note(std::uint64_t last, std::string problem) {
    std::optional<std::string> news;
    {
        const std::lock_guard lock(mutex_);
        if (last > 0) standing_.last_record = last;
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
    do {
        const auto before = now().last_record;
        try {
            ship();
            return;
        } catch (const stopped&) {
            return;
        } catch (const another_log& problem) {
            note(0, problem.what());
            pause = longest_pause;
        } catch (const std::bad_alloc&) {
            note(0, "no memory");
        } catch (const std::exception& problem) {
            note(0, problem.what());
        }
        if (now().last_record > before) pause = first_pause;
        if (!wait(pause)) return;
        pause = std::min<std::chrono::milliseconds>(pause * 2, longest_pause);
    } while (true);
}

// Until it is to stop, or something is in the way.
void shipper::ship() {
    database_connection to(what_.sink.url, stop_, patience);
    const auto there = position_in(to);
    if (there.gateway != what_.gateway)
        throw another_log("this role writes there for \"" + text::printable(there.gateway) + "\", and this gateway is " +
                          what_.gateway + " (gateway.name)");
    unshipped rest(what_.log, there);
    checkpoint_copies checkpoints(what_.checkpoints, there.checkpoint);
    auto last = there.seq;
    note(last, {});
    for (;;) {
        record_batch batch;
        while (rest.next()) {
            if (!batch.takes(rest.at())) {
                rest.push_back();
                break;
            }
            batch.add(rest.at(), rest.line());
        }
        if (!batch.empty()) {
            batch.append_to(to);
            last = batch.last();
            note(last, {});
        } else if (!checkpoints.copy_to(to, last) && !wait(between_looks)) {
            return;
        }
    }
}

} // namespace sealgate::milter
