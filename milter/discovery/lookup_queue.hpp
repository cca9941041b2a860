// What is to be asked, in the order of turns: who writes to one or two waits for nobody who writes to thousands.
//
// Questions of one domain are one worker's, over one connection. The most urgent domain is next, and of those that are equally
// urgent each in its turn; a worker gives its domain back where others are more urgent than what is left of it, and after its
// turn, a few seconds, where others are as urgent: a slow domain holds nobody up for longer. The same
// question is asked once. What waits is bounded, the less urgent the tighter. Network thread.
// Tested by discovery/lookup_queue_test.
#pragma once

#include "milter/discovery/lookup_outcome.hpp"
#include "policy/mail/address.hpp"
#include "policy/rules/vocabulary.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace sealgate::milter {

// bulk: of a mail with many recipients, those after the first. refresh: nobody waits.
enum class urgency : std::uint8_t { mail, bulk, refresh };

// Whether a worker has served a domain for long enough.
enum class turn : std::uint8_t { goes_on, is_over };

struct lookup_question {
    explicit lookup_question(boost::asio::io_context& io)
        : ended(io, boost::asio::steady_timer::time_point::max()) {}

    std::string key() const; // the same for the same question
    void end(lookup_outcome with);

    policy::address whose;                 // of a fingerprint, its domain is the server
    std::vector<policy::key_source> from;  // asked one after the other
    std::vector<policy::key_source> aside; // asked after these, and nobody waits for the answer
    urgency how_urgent = urgency::mail;
    bool anew = false;                         // whatever is known
    std::string fingerprint;                   // of a certificate that is known, and looked for by that at keyservers
    std::function<void(lookup_outcome)> heard; // called with the answer; may be empty
    std::optional<lookup_outcome> what;        // the answer
    boost::asio::steady_timer ended;           // cancelled with the answer
};

class lookup_queue {
public:
    static constexpr std::size_t most_waiting = 10'000;

    using entry = std::shared_ptr<lookup_question>;

    // The same question that waits already, or is being asked; null where too many wait.
    entry join(entry made);

    // One that nobody serves; whoever takes it serves it, until next_of() gives nothing.
    std::optional<std::string> next_domain();
    // Null: there is none, or others go first, and the domain is not served any more.
    entry next_of(const std::string& domain, turn of_domain = turn::goes_on);

    // It may be asked again.
    void answered(const lookup_question& one);

private:
    struct domain_queue {
        std::deque<entry> waiting; // the most urgent first
        bool is_served = false;
    };

    bool others_go_before(urgency what, turn of_domain);
    std::deque<std::string>& turns_of(urgency what) { return turns_[static_cast<std::size_t>(what)]; }
    bool is_next(const std::string& domain) const;

    std::map<std::string, entry> asked_; // by key, until they are answered
    std::map<std::string, domain_queue> domains_;
    std::array<std::deque<std::string>, 3> turns_; // domains; one that was served meanwhile is passed over
};

} // namespace sealgate::milter
