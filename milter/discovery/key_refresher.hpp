// Asks again for certificates that are known, beside the mail, so that revocations and later ends are known in time.
//
// What was found is asked for at its source by its address, what was asked for longest ago first, and once an hour what ends
// before its turn would come. In rounds keyservers are
// asked by fingerprint: those that verify addresses about all certificates, the organisation's own too; the others about what
// they had; whoever fails is asked again in the same round. A few at a time, so that it is spread over keys.discover.refresh.
// Network thread, but for the reading. Tested by e2e/test_keyservers.py and test_found_keys.py.
#pragma once

#include "keys/store/evidence.hpp"
#include "keys/store/keyring.hpp"
#include "milter/discovery/key_finder.hpp"
#include "milter/settings/snapshot.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>

#include <chrono>
#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>

namespace sealgate::milter {

class key_refresher {
public:
    static constexpr std::size_t most_together = 100; // of a source, at a time

    // All of them outlive it; so does the io_context, which must not run any more when it is destroyed.
    key_refresher(boost::asio::io_context& io, const keys::keyring_places& places, key_finder& finder,
                  std::function<std::shared_ptr<const snapshot>()> live);
    ~key_refresher();

    // Until the io_context does not run any more.
    void start();

private:
    struct waiting_key {
        std::string fingerprint;
        unsigned failures = 0;
    };
    // All certificates that are to be asked for at keyservers, each until somebody has answered.
    struct round {
        std::deque<waiting_key> waiting;
        std::size_t under_way = 0; // asked, and not answered yet
        bool is_noted = true;      // it is over
        bool has_answers = false;
        std::chrono::steady_clock::time_point again = {}; // until then nobody is asked
    };

    boost::asio::awaitable<void> look_now_and_then();
    boost::asio::awaitable<void> ask_source(policy::key_source source);
    boost::asio::awaitable<void> ask_keyservers(policy::key_source source);
    boost::asio::awaitable<void> begin_round(policy::key_source source);
    bool is_time_for_early_ones(policy::key_source source);
    void hear(policy::key_source source, waiting_key key, lookup_outcome what);

    boost::asio::io_context& io_;
    key_finder& finder_;
    std::function<std::shared_ptr<const snapshot>()> live_;
    keys::evidence_book evidence_;
    std::map<policy::key_source, round> rounds_;
    std::map<policy::key_source, std::chrono::steady_clock::time_point> early_looks_; // for what ends
    boost::asio::thread_pool thread_;
};

} // namespace sealgate::milter
