// Puts another configuration in force while the gateway runs: at a reload, and when the key store changes (decision 0014).
//
// What is in force comes first, and what people and the log are told of it after: a revocation must not wait for a line. What
// can't be read leaves in force what is. Blocking work on a thread of its own, one thing after another; all else on the network
// thread.
// Tested by settings/live_keys_test and e2e/test_key_changes.py.
#pragma once

#include "milter/audit/event_recorder.hpp"
#include "milter/base/lasting_problem.hpp"
#include "milter/base/thread_name.hpp"
#include "milter/gateway/gateway.hpp"
#include "milter/outbox/submit_limit.hpp"
#include "milter/settings/live_keys.hpp"
#include "milter/settings/snapshot.hpp"
#include "policy/audit/event.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace sealgate::milter {

// Beside the log, for auditors; what fails is told in the journal.
void keep_policy_of(const config& gateway, const policy::policy& rules);

// What the log says of a configuration.
policy::in_force in_force(const snapshot& live);

// `lines`: what changed, or every error.
struct reload_result {
    bool is_in_force = false;
    std::vector<std::string> lines;
};

class renewal {
public:
    // All of them outlive it. `renewed`: called on the network thread when another configuration is in force.
    renewal(boost::asio::io_context& io, std::string config_path, gateway& to, event_recorder& events, submit_limit& most,
            std::function<void()> renewed)
        : io_(io)
        , config_path_(std::move(config_path))
        , gateway_(to)
        , events_(events)
        , most_(most)
        , renewed_(std::move(renewed)) {}

    // Follows the key store, takes what commands leave for the log, and tells of the organisation's keys that end, until the
    // io_context does. Notes that the store holds what the gateway began with.
    void start();

    // What was put into the store of that source is in force when it returns, if it can be read.
    boost::asio::awaitable<void> look_at(policy::key_source source);

    // Reads everything anew. One that is asked for before the files are read is served by that reading.
    void reload();
    // The same, for somebody who waits for what comes of it: it is in the audit log when it returns, if that can be written.
    boost::asio::awaitable<reload_result> reload_now();

    // Reloads that were refused since the start.
    std::uint64_t refused() const { return refused_; }
    // What is not as it should be: the last reload was refused, the key store cannot be read. One line each.
    std::vector<std::string> problems() const;

private:
    boost::asio::awaitable<void> look_for_events();
    boost::asio::awaitable<void> follow_keys();
    boost::asio::awaitable<void> refresh_keys(keys::reading what, std::optional<policy::key_source> only = {});
    boost::asio::awaitable<reload_result> load_anew();
    boost::asio::awaitable<void> take_over(reread_keys reread);
    boost::asio::awaitable<std::string> take_over(std::shared_ptr<const snapshot> fresh);
    boost::asio::awaitable<void> note_what_the_store_holds();
    void put_in_force(std::shared_ptr<const snapshot> fresh);
    void refuse(const std::vector<std::string>& errors);
    void tell_of_organisation_keys(const snapshot& live);

    boost::asio::io_context& io_;
    std::string config_path_;
    gateway& gateway_;
    event_recorder& events_;
    submit_limit& most_;
    std::function<void()> renewed_;
    std::atomic<bool> reload_wanted_ = false;
    bool look_at_all_ = true; // what gpg refused before, it may take now
    std::uint64_t refused_ = 0;
    std::string refusal_; // of the last reload; empty where it is in force
    lasting_problem keys_problem_;
    std::vector<std::string> organisation_keys_; // that cannot be used: told already
    boost::asio::thread_pool thread_ = with_thread_name("reload", [] { return boost::asio::thread_pool(1); });
};

} // namespace sealgate::milter
