// Writes to held.notify of mail that is held (policy/notices/held_mail.hpp has what is told when).
//
// It hears of each mail that the gateway holds, and looks when one may be due. The mail is a copy in the outbox, with an
// identity that is the same until the files have that it was told; so a crash between the two makes neither none nor two.
// Nothing here holds mail up: a disk that refuses it is told in the journal. Network thread; the disk on a pool.
//
// Tested by e2e/test_held_notify.py.
#pragma once

#include "milter/held/waiting_mails.hpp"
#include "milter/outbox/queue.hpp"
#include "milter/settings/snapshot.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>

#include <functional>
#include <memory>
#include <string>

namespace sealgate::milter {

class held_watch {
public:
    // The outbox and the io_context outlive it. `live`: the configuration in force; asked on the network thread.
    held_watch(boost::asio::io_context& io, const std::string& directory, outbox& copies,
               std::function<std::shared_ptr<const snapshot>()> live)
        : io_(io)
        , waiting_(directory)
        , outbox_(copies)
        , live_(std::move(live))
        , timer_(io) {}

    // A mail was held. Nothing is kept where nobody is to hear of it; what cannot be is told in the journal.
    boost::asio::awaitable<void> hear(std::shared_ptr<const snapshot> live, policy::waiting_mail mail,
                                      boost::asio::thread_pool& pool);

    // Until the io_context ends.
    void start(boost::asio::thread_pool& pool);

private:
    boost::asio::awaitable<void> run(boost::asio::thread_pool& pool);
    std::chrono::sys_seconds look(const snapshot& live);
    void send(const snapshot& live, const policy::held_news& news, std::chrono::sys_seconds now);

    boost::asio::io_context& io_;
    waiting_mails waiting_;
    outbox& outbox_;
    std::function<std::shared_ptr<const snapshot>()> live_;
    boost::asio::steady_timer timer_;
};

} // namespace sealgate::milter
