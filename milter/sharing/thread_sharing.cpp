#include "milter/sharing/thread_sharing.hpp"

#include "keys/base/files.hpp"
#include "milter/sinks/sinks.hpp"
#include "policy/base/names.hpp"

#include <algorithm>
#include <chrono>
#include <future>
#include <optional>
#include <utility>

namespace sealgate::milter {

namespace {

using namespace std::chrono_literals;

constexpr std::chrono::seconds patience{90}; // the server ends a statement after 60
constexpr std::chrono::seconds between_looks = 30s;
constexpr std::chrono::milliseconds least_pause = 200ms; // a look costs the database some 20
constexpr std::chrono::seconds most_to_remember = 60s;
constexpr std::size_t most_together = 200; // of each gateway's records

// Words that this program does not know, another version's, are of a mail that left.
std::optional<policy::recorded_mail> mail_in(const database_row& row) {
    if (!row.at(2)) return std::nullopt;
    return policy::recorded_mail{
        .message_id = *row.at(2),
        .what = policy::named_as<policy::outcome>(row.at(5).value_or("")).value_or(policy::outcome::deliver),
        .how = policy::named_as<policy::mode>(row.at(6).value_or("")).value_or(policy::mode::enforce),
        .classification = row.at(3).value_or(""),
        .answered = row.at(4).value_or("")};
}

} // namespace

thread_sharing::thread_sharing(surroundings with)
    : with_(std::move(with))
    , thread_({.name = "sharing",
               .go_on = [this] { listen(); },
               .got_on = [this] { return std::exchange(got_on_, false); },
               .in_the_way = [this](const std::string& problem) { note_problem(problem); }}) {}

void thread_sharing::note_problem(const std::string& problem) {
    if (const auto news = problem_.news(problem))
        with_.complain("which mails of other gateways are sensitive, from " + with_.database.shown + ": " + *news);
}

// Until it is to stop, or something is in the way.
void thread_sharing::listen() {
    read_ = read_positions_in(with_.file);
    database_connection from(with_.database.url, thread_.stop_descriptor(), patience);
    from.listen("sealgate");
    for (;;) {
        while (read_more(from)) {
        }
        note_problem({});
        got_on_ = true;
        if (!thread_.wait(least_pause)) return;
        from.await_notice(between_looks, with_.gateway);
    }
}

// False: there is no more now. An answer that is too long is asked for in smaller parts the next time.
bool thread_sharing::read_more(database_connection& from) {
    std::vector<database_text> gateways, numbers, hashes;
    for (const auto& [gateway, last] : read_) {
        gateways.emplace_back(gateway);
        numbers.emplace_back(std::to_string(last.seq));
        hashes.emplace_back(last.hash);
    }
    const database_text parameters[] = {array_of(gateways), array_of(numbers), array_of(hashes), std::to_string(most_)};
    most_ = std::max<std::size_t>(1, most_ / 4);
    const auto rows = from.ask("SELECT gateway, seq, message_id, classification, answered, outcome, mode, hash "
                               "FROM sealgate.threads_after($1::text[], $2::bigint[], $3::text[], $4::int)",
                               parameters);
    most_ = std::min(most_together, most_ * 8);
    if (rows.empty()) return false;
    read_positions heard;
    std::vector<policy::recorded_mail> mails;
    for (const auto& row : rows) {
        auto& last = heard[row.at(0).value_or("")];
        if (const auto hash = row.at(7).value_or(""); !hash.empty()) last = {.seq = number_in(row.at(1)), .hash = hash};
        if (auto mail = mail_in(row)) mails.push_back(*std::move(mail));
    }
    if (!mails.empty()) take(std::move(mails));
    heard.merge(read_positions(read_));
    keep_positions(with_.file, heard);
    read_ = std::move(heard);
    return true;
}

// Until they are on disk.
void thread_sharing::take(std::vector<policy::recorded_mail> mails) {
    const auto done = std::make_shared<std::promise<std::string>>();
    auto problem = done->get_future();
    with_.hear(std::move(mails), [done](const std::string& why) { done->set_value(why); });
    const auto until = std::chrono::steady_clock::now() + most_to_remember;
    while (problem.wait_for(0s) != std::future_status::ready) {
        if (!thread_.wait(20ms)) throw stopped{};
        if (std::chrono::steady_clock::now() > until) throw std::runtime_error("they cannot be remembered in time");
    }
    if (const auto why = problem.get(); !why.empty()) throw std::runtime_error(why);
}

std::unique_ptr<thread_sharing> sharing_of(const config& gateway, thread_sharing::listener hear,
                                           std::function<void(std::string_view)> complain) {
    const auto* database = first_database(gateway.audit);
    if (!database) return nullptr;
    if (gateway.audit.addresses != policy::address_form::clear)
        complain("Message-IDs are hashed in the logs (audit.addresses): an answer to what another gateway sent encrypted is "
                 "known by its hidden Subject alone");
    keys::make_private_directory(gateway.sinks_directory());
    return std::make_unique<thread_sharing>(
        thread_sharing::surroundings{.gateway = gateway_name(gateway),
                                     .database = *database,
                                     .file = std::filesystem::path(gateway.sinks_directory()) / "threads.position",
                                     .hear = std::move(hear),
                                     .complain = std::move(complain)});
}

} // namespace sealgate::milter
