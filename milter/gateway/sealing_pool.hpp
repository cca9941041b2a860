// Sealing beside the network thread: as many workers as configured, each with a gpg home of its own.
//
// A worker whose gpg broke starts anew with the next message. Asked on the network thread; what it does runs on the pool's
// threads, which share the idle workers.
// Tested by e2e/test_sealing.py.
#pragma once

#include "keys/sealing/header_protection.hpp"
#include "keys/sealing/pgp_mime.hpp"
#include "keys/sealing/seal.hpp"
#include "milter/gateway/trouble.hpp"
#include "policy/mail/message.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/thread_pool.hpp>

#include <cstddef>
#include <expected>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace sealgate::milter {

class sealing_pool {
public:
    // 0 workers: one for each core.
    sealing_pool(std::size_t workers, keys::gpg_options gpg);
    ~sealing_pool();

    // The message as a PGP/MIME envelope, read back and found right.
    boost::asio::awaitable<std::expected<keys::pgp_mime_envelope, trouble>>
    seal(std::shared_ptr<const policy::message> mail, keys::concealment hidden, std::vector<keys::seal_recipient> recipients);

    // For other work that takes long: judging a large message, say.
    boost::asio::thread_pool& threads() { return threads_; }

private:
    std::expected<keys::pgp_mime_envelope, trouble> seal_now(const policy::message& mail, const keys::concealment& hidden,
                                                             std::vector<keys::seal_recipient> recipients);
    std::unique_ptr<keys::sealer> take();
    void give_back(std::unique_ptr<keys::sealer> idle);

    keys::gpg_options gpg_;
    std::mutex mutex_;
    std::vector<std::unique_ptr<keys::sealer>> idle_;
    boost::asio::thread_pool threads_;
};

} // namespace sealgate::milter
