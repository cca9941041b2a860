#include "milter/gateway/sealing_pool.hpp"

#include "keys/openpgp/armor.hpp"
#include "keys/sealing/engine_proof.hpp"
#include "milter/base/decision_id.hpp"
#include "milter/base/exception_text.hpp"
#include "milter/base/thread_name.hpp"
#include "milter/gateway/attempt.hpp"
#include "milter/journal/log.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <exception>
#include <thread>
#include <utility>

namespace sealgate::milter {

namespace {

std::size_t worker_count(std::size_t configured) {
    return configured > 0 ? configured : std::max<std::size_t>(1, std::thread::hardware_concurrency());
}

} // namespace

sealing_pool::sealing_pool(std::size_t workers, keys::gpg_options gpg, policy::sealing_engine engine, octet_room room)
    : gpg_(std::move(gpg))
    , room_(std::move(room))
    , trust_([](std::string_view problem) { log_warning(problem); })
    , threads_(with_thread_name("seal", [&] { return boost::asio::thread_pool(worker_count(workers)); })) {
    if (engine == policy::sealing_engine::automatic) boost::asio::post(threads_, [this] { prove_engine(); });
}

sealing_pool::~sealing_pool() {
    threads_.stop(); // what waits is given up: its senders were told to try again
    threads_.join();
}

boost::asio::awaitable<std::expected<keys::pgp_mime_envelope, trouble>>
sealing_pool::seal(std::shared_ptr<const policy::message> mail, keys::concealment hidden,
                   std::vector<keys::seal_recipient> recipients, policy::sealing_engine engine) {
    auto work = [this, mail = std::move(mail), hidden = std::move(hidden), recipients = std::move(recipients), engine] {
        return seal_now(*mail, hidden, recipients, engine);
    };
    co_return co_await attempt(threads_, policy::reason::sealing_failed, std::move(work));
}

std::expected<keys::pgp_mime_envelope, trouble> sealing_pool::seal_now(const policy::message& mail,
                                                                       const keys::concealment& hidden,
                                                                       const std::vector<keys::seal_recipient>& recipients,
                                                                       policy::sealing_engine engine) {
    auto worker = take();
    const auto boundary = new_boundary();
    const auto made = seal_with(worker, keys::entity_to_seal(mail, hidden, boundary), recipients, engine);
    // After an error the worker goes: whatever state its gpg is in goes with it.
    if (!made) return std::unexpected(trouble{.why = policy::reason::sealing_failed, .text = made.error().text});
    give_back(std::move(worker));
    return keys::make_envelope(*made, boundary, room_);
}

sealing_pool::sealed sealing_pool::seal_with(engines& of, const octet_pieces& entity,
                                             const std::vector<keys::seal_recipient>& recipients,
                                             policy::sealing_engine engine) {
    if (engine == policy::sealing_engine::automatic) {
        if (trust_.proof_is_due()) boost::asio::post(threads_, [this] { prove_engine(); });
        if (!of.in_process) of.in_process.emplace(trust_, room_);
        if (auto made = of.in_process->seal(entity, recipients)) return made;
    }
    if (!of.by_gpg) of.by_gpg.emplace(gpg_, room_);
    return of.by_gpg->seal(entity, recipients);
}

void sealing_pool::prove_engine() {
    if (proving_.exchange(true)) return;
    try {
        keys::prove_engine(trust_, gpg_);
    } catch (const std::exception& problem) {
        log_warning("sealing in process could not be proved just now, and " +
                    std::string(trust_.holds() ? "the proof before counts: " : "gpg seals until it is: ") + text_of(problem));
    }
    proving_ = false;
}

sealing_pool::engines sealing_pool::take() {
    const std::lock_guard lock(mutex_);
    if (idle_.empty()) return {};
    auto worker = std::move(idle_.back());
    idle_.pop_back();
    return worker;
}

void sealing_pool::give_back(engines idle) {
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(idle));
}

} // namespace sealgate::milter
