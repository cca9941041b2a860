// Sealing beside the network thread: as many workers as configured, each with engines of its own.
//
// Where the policy says `engine: auto`, librnp seals in this process as long as it is trusted and can, and gpg does the rest.
// The trust is proved at the start and from time to time; until then gpg seals. A worker whose gpg broke starts anew with the
// next message. Asked on the network thread; what it does runs on the pool's threads, which share the idle workers.
// Tested by e2e/test_sealing.py.
#pragma once

#include "keys/sealing/engine_trust.hpp"
#include "keys/sealing/header_protection.hpp"
#include "keys/sealing/pgp_mime.hpp"
#include "keys/sealing/seal.hpp"
#include "keys/sealing/seal_in_process.hpp"
#include "milter/gateway/trouble.hpp"
#include "policy/base/octets.hpp"
#include "policy/mail/message.hpp"
#include "policy/rules/policy.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/thread_pool.hpp>

#include <atomic>
#include <cstddef>
#include <expected>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace sealgate::milter {

class sealing_pool {
public:
    // 0 workers: one for each core. The trust in `engine` is proved at once, and where
    // another one is asked for later, then. What is sealed comes into being in `room`.
    sealing_pool(std::size_t workers, keys::gpg_options gpg, policy::sealing_engine engine, octet_room room);
    ~sealing_pool();

    // The message as a PGP/MIME envelope, read back and found right.
    boost::asio::awaitable<std::expected<keys::pgp_mime_envelope, trouble>> seal(std::shared_ptr<const policy::message> mail,
                                                                                 keys::concealment hidden,
                                                                                 std::vector<keys::seal_recipient> recipients,
                                                                                 policy::sealing_engine engine);

    // For other work that takes long: judging a large message, say.
    boost::asio::thread_pool& threads() { return threads_; }

private:
    struct engines {
        std::optional<keys::sealer> by_gpg;
        std::optional<keys::in_process_sealer> in_process;
    };
    using sealed = std::expected<octets, keys::seal_error>;

    std::expected<keys::pgp_mime_envelope, trouble> seal_now(const policy::message& mail, const keys::concealment& hidden,
                                                             const std::vector<keys::seal_recipient>& recipients,
                                                             policy::sealing_engine engine);
    sealed seal_with(engines& of, const octet_pieces& entity, const std::vector<keys::seal_recipient>& recipients,
                     policy::sealing_engine engine);
    void prove_engine();
    engines take();
    void give_back(engines idle);

    keys::gpg_options gpg_;
    octet_room room_;
    keys::engine_trust trust_;
    std::atomic<bool> proving_{false};
    std::mutex mutex_;
    std::vector<engines> idle_;
    boost::asio::thread_pool threads_;
};

} // namespace sealgate::milter
