// Looks for certificates where they are published, beside the mail: who waits for one waits for himself alone.
//
// An address is looked for once, however many mails want it. One worker asks for all addresses of a domain, over one
// connection; the workers, and those who wait, are few. What is found goes into the store of its source, is recorded, and is in
// force before whoever asked goes on. Answers are remembered (lookup_answers). Network thread, but for the asking.
// Tested by e2e/test_found_keys.py.
#pragma once

#include "milter/discovery/finding.hpp"
#include "milter/discovery/lookup_answers.hpp"
#include "milter/settings/snapshot.hpp"
#include "policy/audit/event.hpp"
#include "policy/audit/pseudonym.hpp"
#include "policy/mail/address.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>

#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

namespace sealgate::milter {

class key_finder {
public:
    static constexpr std::size_t most_workers = 8, most_waiting = 10'000; // domains at a time; addresses

    struct surroundings {
        std::function<std::shared_ptr<const snapshot>()> live;
        std::function<void(std::string fields)> record; // an event
        // What the store of that source has now is in force afterwards.
        std::function<boost::asio::awaitable<void>(policy::key_source)> take_up;
        policy::pseudonyms names;
    };

    // All of them outlive it; so does the io_context, which must not run any more when it is destroyed.
    key_finder(boost::asio::io_context& io, const std::filesystem::path& found_keys, surroundings with);
    ~key_finder();

    // Whether anybody would be asked.
    bool is_on() const;

    // Suspends until there is an answer for each, for keys.discover.wait at most; what is too slow has failed. `none`: there
    // is a certificate now.
    boost::asio::awaitable<std::vector<policy::key_search>> find(std::vector<policy::address> whose);

private:
    struct question;
    struct domain_queue {
        std::deque<std::shared_ptr<question>> waiting;
        bool is_served = false;
    };

    bool has_some(const policy::address& whose) const;
    std::shared_ptr<question> join(const policy::address& whose);
    void begin_some();
    boost::asio::awaitable<void> serve(std::string domain);
    boost::asio::awaitable<void> answer(question& of, std::shared_ptr<https_client> client);
    bool record(const policy::address& whose, const finding& what);
    void end(question& of, lookup_outcome what);

    boost::asio::io_context& io_;
    surroundings with_;
    lookup_answers answers_;
    std::map<std::string, std::shared_ptr<question>> asked_; // by address key, until they are answered
    std::map<std::string, domain_queue> domains_;            // what is to be asked
    std::deque<std::string> turns_;                          // domains that are not served yet
    std::size_t workers_ = 0;
    std::stop_source ending_;
    boost::asio::thread_pool pool_; // last: nothing of this may go while it works
};

} // namespace sealgate::milter
