// Tells senders what became of their mail, between the river of a message and the outbox.
//
// A sender hears of a domain and a rule once in `once_per`. A notice leaves at once; what comes within `digest` after it is
// collected and leaves as one mail. Messages of one sender that have something new to tell take turns, so that no two of them
// tell the same; all others wait for nothing. The order is: plan, record, collect, outbox, remember, answer. Notices are copies
// in the outbox, with an identity that is the same when the same mail comes again to the same people; so a crash between any
// two steps makes neither none nor two.
#pragma once

#include "milter/base/keyed_mutex.hpp"
#include "milter/notices/ledger.hpp"
#include "milter/outbox/queue.hpp"
#include "milter/protocol/transaction.hpp"
#include "milter/settings/snapshot.hpp"
#include "policy/decision/decide.hpp"
#include "policy/decision/facts.hpp"
#include "policy/notices/due.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace sealgate::milter {

// What one message owes its sender.
struct planned_notice {
    policy::notice_state state = policy::notice_state::none;
    policy::told_mail mail = {};        // what is new of it
    std::vector<std::string> keys = {}; // what its sender knows once it is kept
    std::string identity = {};          // of the notice in the outbox
    std::string language = {};
    wall_time digest_due = {};

    bool is_owed() const { return state != policy::notice_state::none && state != policy::notice_state::already_warned; }
};

class notifier {
public:
    using clock = std::function<wall_time()>;

    // The outbox and the io_context outlive it. `live`: the configuration in force; asked on the network thread.
    notifier(boost::asio::io_context& io, const std::string& directory, outbox& copies,
             std::function<std::shared_ptr<const snapshot>()> live, clock now = &std::chrono::system_clock::now);

    // Network thread. `mine` becomes the sender's turn where something is to be kept; it ends with the message.
    boost::asio::awaitable<planned_notice> plan(std::shared_ptr<const snapshot> live, const transaction& mail,
                                                const policy::facts& known, const policy::decision& made, const std::string& id,
                                                wall_time time, key_guard& mine);

    // These block on the disk, on any thread. The notice to put into the outbox together with the message's copies; nothing
    // where it waits for a digest.
    std::optional<owed_copy> notice_of(const snapshot& live, const transaction& mail, const planned_notice& planned) const;
    // What waits for a digest, before anything leaves. Throws where that can't be kept; the message must be deferred then.
    void collect(const snapshot& live, const transaction& mail, const planned_notice& planned);
    // What leaves at once, when the outbox has it.
    void remember(const snapshot& live, const planned_notice& planned);

    // Puts the digests that are due into the outbox: what was due while the gateway was down. Blocks; before run().
    void send_overdue();

    // Who was told what; any thread. How long it is kept.
    notice_ledger& ledger() { return ledger_; }
    static std::chrono::seconds kept_for(const policy::notices& how) { return std::max(how.once_per, how.digest); }

    // Sends digests when they are due, until the io_context ends. `pool`: where the disk may block.
    void start(boost::asio::thread_pool& pool);

private:
    boost::asio::awaitable<void> run(boost::asio::thread_pool& pool);
    // Returns why not, or nothing.
    std::string send_digest(const snapshot& live, const std::string& who);
    // Leaves what the sender does not know yet, and its keys. Whether there is any.
    bool leave_news(planned_notice& planned, const transaction& mail, const policy::notices& how, wall_time now) const;
    bool knows(const std::string& key, std::chrono::seconds within, wall_time now) const;
    void wake();

    boost::asio::io_context& io_;
    outbox& outbox_;
    std::function<std::shared_ptr<const snapshot>()> live_;
    clock now_;
    notice_ledger ledger_;
    keyed_mutex senders_;
    boost::asio::steady_timer timer_;
};

} // namespace sealgate::milter
