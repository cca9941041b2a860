// Looks for certificates where they are published, beside the mail: who waits for one waits for himself alone.
//
// An address is looked for once, however many mails want it: at one source after the other, until there is a certificate that
// can be used. Sources from which mail is not sealed without a person's word are asked last, and no mail waits for them. One
// worker asks for all addresses of a domain, over one connection; the workers, and those who wait, are few. What is found goes
// into the store of its source, is recorded, and is in force before whoever asked goes on. Answers are remembered
// (lookup_answers). Network thread, but for the asking.
// Tested by e2e/test_found_keys.py.
#pragma once

#include "keys/store/evidence.hpp"
#include "milter/discovery/finding.hpp"
#include "milter/discovery/lookup_answers.hpp"
#include "milter/discovery/lookup_queue.hpp"
#include "milter/discovery/resting_servers.hpp"
#include "milter/discovery/silent_domains.hpp"
#include "milter/settings/snapshot.hpp"
#include "policy/mail/address.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

namespace sealgate::milter {

struct key_wish {
    policy::address whose;
    std::vector<policy::key_source> from; // which may be used
};

class key_finder {
public:
    static constexpr std::size_t most_workers = 8; // domains at a time

    struct surroundings {
        std::function<std::shared_ptr<const snapshot>()> live;
        // What the store of that source has now is in force afterwards.
        std::function<boost::asio::awaitable<void>(policy::key_source)> take_up;
        audience told; // any thread
    };

    // All of them outlive it; so does the io_context, which must not run any more when it is destroyed.
    key_finder(boost::asio::io_context& io, const keys::keyring_places& places, surroundings with);
    ~key_finder();

    // Whether anybody would be asked.
    bool is_on() const;

    // Suspends until there is an answer for each, for keys.discover.wait at most; what is too slow has failed. `none`: there
    // is a certificate now.
    boost::asio::awaitable<std::vector<policy::key_search>> find(std::vector<key_wish> wishes);

    // Sources asked since the start, by what came of it; what was known is not asked for. Network thread.
    const std::map<lookup_outcome, std::uint64_t>& asked() const { return asked_; }

    // Whatever is known, when nobody waits for anything else.
    void ask_again(policy::key_source source, policy::address whose);

    // About a certificate that is known, at the keyservers of vks or hkp. False where there are none, or they may not be asked
    // now, or too much waits; else `heard` is called with what came of it: `failed` where nobody answered.
    bool ask_keyservers(policy::key_source from, std::string fingerprint, std::function<void(lookup_outcome)> heard);

private:
    using sources = std::vector<policy::key_source>;

    bool is_still_there(const lookup_answer& known, const policy::address& whose, policy::key_source from) const;
    bool has_usable(const policy::address& whose, const sources& from) const;
    std::optional<lookup_outcome> known_from(policy::key_source source, const policy::address& whose) const;
    std::optional<lookup_outcome> known_from(const sources& all, const policy::address& whose) const;
    void begin_some();
    boost::asio::awaitable<void> serve(std::string domain);
    boost::asio::awaitable<void> answer(lookup_question& of, std::shared_ptr<https_client> client);
    boost::asio::awaitable<lookup_outcome> ask(const lookup_question& of, const sources& from,
                                               std::shared_ptr<https_client> client);
    boost::asio::awaitable<lookup_outcome> refresh(const lookup_question& of, std::shared_ptr<https_client> client);
    bool rests(policy::key_source source) const;
    search search_by_live(const snapshot& live) const;
    std::optional<lookup_outcome> silence_of(policy::key_source source, const policy::address& whose) const;
    void tell(const policy::address& whose, const finding& found);
    void tell_problem(const policy::address& whose, const finding& found);
    void remember(policy::key_source from, const policy::address& whose, finding& found, std::chrono::seconds refresh,
                  bool anew);
    boost::asio::awaitable<void> take_up(const policy::address& whose, const finding& found);
    boost::asio::awaitable<lookup_outcome> ask_one(const lookup_question& of, policy::key_source from,
                                                   std::shared_ptr<https_client> client);
    void note_asked(policy::key_source from, const policy::address& whose, lookup_outcome what, std::chrono::seconds refresh);

    boost::asio::io_context& io_;
    surroundings with_;
    lookup_answers answers_;
    silent_domains silent_{answers_};
    keys::evidence_book evidence_;
    std::shared_ptr<resting_servers> resting_ = std::make_shared<resting_servers>();
    lookup_queue queue_;
    // When a problem may be: by whom was asked, and what kind it is.
    std::map<std::pair<std::string, std::string>, std::chrono::steady_clock::time_point> told_again_;
    std::map<lookup_outcome, std::uint64_t> asked_;
    std::size_t workers_ = 0;
    std::stop_source ending_;
    boost::asio::thread_pool pool_; // last: nothing of this may go while it works
};

} // namespace sealgate::milter
