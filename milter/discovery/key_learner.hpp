// Learns certificates from incoming mail, beside it: what an author has signed of their own (keys/learning/) goes into the
// store of its source, `found/autocrypt` or `found/attached`, and is recorded. Whether mail is sealed to it the policy says.
//
// One thread that gives way to others does it, and asks gpg once in `pause` at most; what waits is bounded, and what is too
// much is not learned: the next mail of the same author teaches the same. What is in the store already costs no gpg. Where the
// store is full, what was learned longest ago of the domain that has most goes, and is recorded. Nothing
// that goes wrong here is of any consequence to mail; the journal hears of it once. Network thread, but for the learning.
// Tested by discovery/key_learner_test and e2e/test_learned_keys.py.
#pragma once

#include "keys/learning/learned_certificate.hpp"
#include "milter/base/lasting_problem.hpp"
#include "milter/discovery/finding.hpp"
#include "milter/discovery/key_finder.hpp"
#include "milter/memory/budget.hpp"
#include "milter/protocol/lesson.hpp"
#include "milter/settings/snapshot.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>

#include <chrono>
#include <cstddef>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::milter {

class key_learner : public lesson_taker {
public:
    static constexpr std::size_t most_waiting = 100;                           // mails
    static constexpr std::size_t most_waiting_octets = std::size_t{16} << 20;  // of them together
    static constexpr std::size_t most_certificates = 10'000;                   // of a source
    static constexpr std::size_t most_of_a_domain = 1'000;                     // of them
    static constexpr std::size_t longest_certificate = std::size_t{256} << 10; // octets, with what the store has of it
    static constexpr std::chrono::milliseconds pause{500};

    using surroundings = key_finder::surroundings;

    // All of them outlive it; so does the io_context, which must not run any more when it is destroyed.
    key_learner(boost::asio::io_context& io, memory_budget& memory, surroundings with);
    ~key_learner();

    bool is_on() const override;
    keys::lesson_extent extent_of(const policy::message& header, std::string_view server) override;
    void take(policy::message mail, std::string_view server) override;

private:
    struct taken {
        policy::message mail;
        keys::learning_rules how;
        std::size_t octets = 0;
        memory_share share; // for the header; the body has its own
    };

    boost::asio::awaitable<void> learn_all();
    boost::asio::awaitable<bool> learn_from(taken one);
    std::vector<finding> import_new(const snapshot& live, const policy::message& mail, const keys::learning_rules& how);
    bool is_news(const snapshot& live, const keys::learned_certificate& one) const;
    bool make_room(const snapshot& live, const keys::learned_certificate& one) const;
    void announce_removal(policy::key_source source, const std::string& fingerprint) const;
    void tell(std::string problem);

    boost::asio::io_context& io_;
    memory_budget& memory_;
    surroundings with_;
    std::deque<taken> waiting_;
    std::size_t waiting_octets_ = 0;
    bool learns_ = false;
    lasting_problem problem_;
    std::map<std::string, bool> tried_; // by digest: whether the store took it, if not all of it; of the worker's alone
    boost::asio::thread_pool pool_;     // last: nothing of this may go while it works
};

} // namespace sealgate::milter
