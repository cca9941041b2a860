#include "milter/gateway/sealing_pool.hpp"

#include "keys/openpgp/armor.hpp"
#include "milter/base/decision_id.hpp"
#include "milter/gateway/attempt.hpp"

#include <algorithm>
#include <thread>
#include <utility>

namespace sealgate::milter {

namespace {

std::size_t worker_count(std::size_t configured) {
    return configured > 0 ? configured : std::max<std::size_t>(1, std::thread::hardware_concurrency());
}

} // namespace

sealing_pool::sealing_pool(std::size_t workers, keys::gpg_options gpg)
    : gpg_(std::move(gpg))
    , threads_(worker_count(workers)) {}

sealing_pool::~sealing_pool() {
    threads_.stop(); // what waits is given up: its senders were told to try again
    threads_.join();
}

boost::asio::awaitable<std::expected<keys::pgp_mime_envelope, trouble>>
sealing_pool::seal(std::shared_ptr<const policy::message> mail, keys::concealment hidden,
                   std::vector<keys::seal_recipient> recipients) {
    auto work = [this, mail = std::move(mail), hidden = std::move(hidden), recipients = std::move(recipients)] {
        return seal_now(*mail, hidden, recipients);
    };
    co_return co_await attempt(threads_, policy::reason::sealing_failed, std::move(work));
}

std::expected<keys::pgp_mime_envelope, trouble> sealing_pool::seal_now(const policy::message& mail,
                                                                       const keys::concealment& hidden,
                                                                       std::vector<keys::seal_recipient> recipients) {
    auto worker = take();
    const auto boundary = new_boundary();
    const auto sealed = worker->seal(keys::entity_to_seal(mail, hidden, boundary), std::move(recipients));
    // After an error the worker goes: whatever state its gpg is in goes with it.
    if (!sealed) return std::unexpected(trouble{.why = policy::reason::sealing_failed, .text = sealed.error().text});
    give_back(std::move(worker));
    return keys::make_envelope(keys::armor_message(*sealed), boundary);
}

std::unique_ptr<keys::sealer> sealing_pool::take() {
    {
        const std::lock_guard lock(mutex_);
        if (!idle_.empty()) {
            auto worker = std::move(idle_.back());
            idle_.pop_back();
            return worker;
        }
    }
    return std::make_unique<keys::sealer>(gpg_);
}

void sealing_pool::give_back(std::unique_ptr<keys::sealer> idle) {
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(idle));
}

} // namespace sealgate::milter
