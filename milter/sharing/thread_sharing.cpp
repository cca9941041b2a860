#include "milter/sharing/thread_sharing.hpp"

#include "keys/base/files.hpp"
#include "milter/base/exception_text.hpp"
#include "milter/base/thread_name.hpp"
#include "policy/base/names.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <future>
#include <optional>
#include <poll.h>
#include <sys/eventfd.h>
#include <system_error>
#include <unistd.h>
#include <utility>
#include <variant>

namespace sealgate::milter {

namespace {

using namespace std::chrono_literals;

constexpr std::chrono::seconds patience{90}; // the server ends a statement after 60
constexpr std::chrono::milliseconds first_pause = 1s, longest_pause = 60s, between_looks = 30s;
constexpr const char* most_together = "1000"; // of each gateway's records

int new_eventfd() {
    const auto out = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (out < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
    return out;
}

// Of a row whose words this program does not know, another version's, nothing.
std::optional<policy::recorded_mail> mail_in(const database_row& row) {
    const auto what = policy::named_as<policy::outcome>(row.at(5).value_or(""));
    const auto how = policy::named_as<policy::mode>(row.at(6).value_or(""));
    if (!row.at(2) || !what || !how) return std::nullopt;
    return policy::recorded_mail{.message_id = *row.at(2),
                                 .what = *what,
                                 .how = *how,
                                 .classification = row.at(3).value_or(""),
                                 .answered = row.at(4).value_or("")};
}

} // namespace

thread_sharing::thread_sharing(surroundings with)
    : with_(std::move(with))
    , stop_(new_eventfd()) {
    thread_ = with_thread_name("sharing", [this] { return std::thread([this] { run(); }); });
}

thread_sharing::~thread_sharing() {
    stop();
    thread_.join();
    ::close(stop_);
}

void thread_sharing::stop() noexcept {
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto written = ::write(stop_, &one, sizeof one);
}

std::string thread_sharing::problem() const {
    const std::lock_guard lock(mutex_);
    return problem_.what();
}

void thread_sharing::note_problem(const std::string& problem) {
    std::optional<std::string> news;
    {
        const std::lock_guard lock(mutex_);
        news = problem_.news(problem);
    }
    if (news) with_.complain("which mails of other gateways are sensitive, from " + with_.database.shown + ": " + *news);
}

// False where it is to stop.
bool thread_sharing::wait(std::chrono::milliseconds time) const {
    pollfd stop{.fd = stop_, .events = POLLIN, .revents = 0};
    return ::poll(&stop, 1, static_cast<int>(time.count())) <= 0;
}

void thread_sharing::run() {
    auto pause = first_pause;
    for (;;) {
        const auto began = std::chrono::steady_clock::now();
        try {
            if (!try_to_listen()) return;
        } catch (...) { // no memory to tell of what it was: mail goes on, and so does this
        }
        if (std::chrono::steady_clock::now() - began > longest_pause) pause = first_pause;
        if (!wait(pause)) return;
        pause = std::min(pause * 2, longest_pause);
    }
}

// False where it is to stop.
bool thread_sharing::try_to_listen() {
    try {
        listen();
    } catch (const stopped&) {
        return false;
    } catch (const std::exception& problem) {
        note_problem(text_of(problem));
    }
    return true;
}

// Until it is to stop, or something is in the way.
void thread_sharing::listen() {
    read_ = read_positions_in(with_.file);
    database_connection from(with_.database.url, stop_, patience);
    from.listen("sealgate");
    for (;;) {
        while (read_more(from)) {
        }
        note_problem({});
        from.await_notice(between_looks);
    }
}

// False: there is no more now.
bool thread_sharing::read_more(database_connection& from) {
    std::vector<database_text> gateways, numbers;
    for (const auto& [gateway, last] : read_) {
        gateways.emplace_back(gateway);
        numbers.emplace_back(std::to_string(last));
    }
    const database_text parameters[] = {array_of(gateways), array_of(numbers), most_together};
    const auto rows = from.ask("SELECT gateway, seq, message_id, classification, answered, outcome, mode "
                               "FROM sealgate.threads_after($1::text[], $2::bigint[], $3::int)",
                               parameters);
    if (rows.empty()) return false;
    auto read = read_;
    std::vector<policy::recorded_mail> mails;
    for (const auto& row : rows) {
        auto& last = read[row.at(0).value_or("")];
        last = std::max(last, number_in(row.at(1)));
        if (auto mail = mail_in(row)) mails.push_back(*std::move(mail));
    }
    if (!mails.empty()) take(std::move(mails));
    keep_positions(with_.file, read);
    read_ = std::move(read);
    return true;
}

// Until they are on disk.
void thread_sharing::take(std::vector<policy::recorded_mail> mails) {
    const auto done = std::make_shared<std::promise<std::string>>();
    auto problem = done->get_future();
    with_.hear(std::move(mails), [done](const std::string& why) { done->set_value(why); });
    while (problem.wait_for(0s) != std::future_status::ready)
        if (!wait(20ms)) throw stopped{};
    if (const auto why = problem.get(); !why.empty()) throw std::runtime_error(why);
}

std::unique_ptr<thread_sharing> sharing_of(const config& gateway, thread_sharing::listener hear,
                                           std::function<void(std::string_view)> complain) {
    for (const auto& sink : gateway.audit.sinks)
        if (const auto* database = std::get_if<database_url>(&sink)) {
            if (gateway.audit.addresses != policy::address_form::clear)
                complain(
                    "Message-IDs are hashed in the logs (audit.addresses): an answer to what another gateway sent encrypted is "
                    "known by its hidden Subject alone");
            keys::make_private_directory(gateway.sinks_directory());
            return std::make_unique<thread_sharing>(
                thread_sharing::surroundings{.database = *database,
                                             .file = std::filesystem::path(gateway.sinks_directory()) / "threads.position",
                                             .hear = std::move(hear),
                                             .complain = std::move(complain)});
        }
    return nullptr;
}

} // namespace sealgate::milter
