// Writes to keys.watch.mail: keys of encryption.always_to that cannot be used, and certificates whose use ends
// (policy/notices/key_watch.hpp has what is told when).
//
// It looks when it is told that something changed (a start, a reload, the key store), and by itself at the second at which
// something may be due. The mail is a copy in the outbox, with an identity that is the same until state/watch/told.jsonl has
// that it was told (contrib/design/watch_format.md); so a crash between the two makes neither none nor two. Nothing here holds
// mail up: a disk that refuses it is told in the journal, and asked again. Network thread; the disk and the certificates on a
// pool.
#pragma once

#include "milter/base/lasting_problem.hpp"
#include "milter/outbox/queue.hpp"
#include "milter/settings/snapshot.hpp"
#include "policy/notices/key_watch.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace sealgate::milter {

class key_watch {
public:
    using clock = std::function<wall_time()>;
    // Hears of a mail that is on its way; on the pool.
    using witness = std::function<void(const snapshot& live, const policy::watch_news& news)>;

    // The outbox and the io_context outlive it. `live`: the configuration in force; asked on the network thread.
    key_watch(boost::asio::io_context& io, const std::filesystem::path& directory, outbox& copies,
              std::function<std::shared_ptr<const snapshot>()> live, witness hears,
              clock now = &std::chrono::system_clock::now);

    // Until the io_context ends.
    void start(boost::asio::thread_pool& pool);

    // Something changed that it may have to tell.
    void look();

    // One look, and what is due of it goes into the outbox. Blocks; throws where that, or the memory of it, can't be kept.
    // Returns when to look again.
    std::chrono::sys_seconds look_now(const snapshot& live);

private:
    boost::asio::awaitable<void> run(boost::asio::thread_pool& pool);
    boost::asio::awaitable<void> wait_until(wall_time next);
    void read();
    std::vector<policy::key_news> news_of(const snapshot& live) const;
    void send(const snapshot& live, const policy::watch_news& news, std::chrono::sys_seconds now);
    void remember(policy::watch_memory now);

    boost::asio::io_context& io_;
    std::filesystem::path file_;
    outbox& outbox_;
    std::function<std::shared_ptr<const snapshot>()> live_;
    witness witness_;
    clock now_;
    policy::watch_memory told_;
    bool is_behind_ = false; // the file does not have what told_ has
    bool wanted_ = false;    // a look, since the last one began
    lasting_problem problem_;
    boost::asio::steady_timer timer_;
};

} // namespace sealgate::milter
