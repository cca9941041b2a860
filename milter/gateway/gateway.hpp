// The river of one message: observe and decide, look up, seal, settle, plan a notice, pin, record and remember, owe, note a
// release, tell of what is held, answer.
//
// The rooms it runs through are pure or stand by themselves; this is where they meet. Whatever can't be carried out ends in
// `defer`, in settle() or take_back(); what can't be recorded is deferred too (in monitor mode: passes, as all does there).
// Runs on the network thread; gpg and large messages on the pool, the disk on the audit log's thread.
// Tested by e2e/test_passing.py, test_sealing.py and test_failures.py.
#pragma once

#include "milter/audit/event_recorder.hpp"
#include "milter/audit/log.hpp"
#include "milter/discovery/key_finder.hpp"
#include "milter/gateway/concluded.hpp"
#include "milter/gateway/judge.hpp"
#include "milter/gateway/leaving_size.hpp"
#include "milter/gateway/sealing_pool.hpp"
#include "milter/gateway/trouble.hpp"
#include "milter/held/permits.hpp"
#include "milter/notices/held_watch.hpp"
#include "milter/notices/notifier.hpp"
#include "milter/outbox/queue.hpp"
#include "milter/outbox/submit_limit.hpp"
#include "milter/protocol/edits.hpp"
#include "milter/protocol/transaction.hpp"
#include "milter/settings/snapshot.hpp"
#include "milter/threads/memory.hpp"
#include "policy/audit/pseudonym.hpp"
#include "policy/decision/thread.hpp"
#include "policy/mail/smtp_reply.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::milter {

class gateway {
public:
    // `names`: how the log calls people. Without a finder nobody is asked for keys, without permits nothing held is released.
    gateway(std::shared_ptr<const snapshot> live, audit_log& log, event_recorder& events, policy::pseudonyms names,
            thread_memory& threads, sealing_pool& sealers, outbox& copies, notifier& notices, submit_limit& most,
            key_finder* finder = nullptr, held_permits* permits = nullptr, held_watch* held = nullptr)
        : live_(std::move(live))
        , log_(log)
        , events_(events)
        , names_(std::move(names))
        , threads_(threads)
        , sealers_(sealers)
        , outbox_(copies)
        , notices_(notices)
        , most_(most)
        , finder_(finder)
        , permits_(permits)
        , held_(held) {}

    // Messages under way keep what they began with.
    void replace(std::shared_ptr<const snapshot> live) { live_ = std::move(live); }
    const std::shared_ptr<const snapshot>& live() const { return live_; }

    // Hears of each message when it is answered. Network thread.
    void on_concluded(std::function<void(const concluded&)> hears) { hears_ = std::move(hears); }

    // How the log calls people, from the start to the end: a reload does not change it.
    const policy::pseudonyms& names() const { return names_; }

    // `agreed` is what the server lets a filter do. Throws when the environment is broken, except in monitor mode, where
    // every mail passes.
    boost::asio::awaitable<answer> handle(transaction mail, agreement agreed, is_awaited awaited);

    // Mail that passes, by the fields that tell its thread: it joins one that it answers. Network thread.
    void let_pass(const policy::message& header);

private:
    // One envelope for each ciphertext that is needed.
    using sealing = std::expected<std::vector<keys::pgp_mime_envelope>, trouble>;

    // What one message carries down the river.
    struct passage {
        std::shared_ptr<const snapshot> live;
        std::shared_ptr<const transaction> mail;
        std::string id;
        std::chrono::system_clock::time_point time;
        std::chrono::steady_clock::time_point began;
        is_awaited awaited;
        policy::thread_ids thread;
        std::shared_ptr<const policy::message> leaving; // the mail, with a Message-ID if it needs one
        std::optional<std::string> given_id;            // that is ours
        std::vector<policy::key_search> searched;       // by the recipients' places; empty where nobody looked
        judgement judged;
        std::vector<keys::pgp_mime_envelope> sealed; // one for each ciphertext; empty where nothing is, or it is deferred
        std::optional<policy::smtp_reply> reply;
        planned_notice notice;
        key_guard mine; // the sender's, until the notice is kept
        std::chrono::steady_clock::duration sealing{};

        keys::time_point now() const { return std::chrono::floor<std::chrono::seconds>(time); }
        bool enforced() const { return live->gateway.mode == policy::mode::enforce; }
    };

    boost::asio::awaitable<answer> pass_report(std::shared_ptr<const snapshot> live, transaction mail, std::string type);
    boost::asio::awaitable<answer> pass_down(passage of, agreement agreed);
    boost::asio::awaitable<judgement> observe(const passage& of);
    boost::asio::awaitable<void> look_up(passage& of);
    static void name_if_need_be(passage& of);
    boost::asio::awaitable<sealing> seal(const passage& of);
    boost::asio::awaitable<sealing> timed_seal(passage& of);
    static void tell(const passage& of, const std::string& what);
    static void settle_trouble(passage& of, const trouble& why);
    static edit_list settle(passage& of, sealing sealed, const agreement& agreed);
    template <class Work>
    boost::asio::awaitable<bool> kept(passage& of, Work work, std::string_view otherwise);
    boost::asio::awaitable<void> pin(passage& of);
    boost::asio::awaitable<void> plan_notice(passage& of);
    static std::optional<policy::smtp_reply> reply_to(const passage& of);
    static bool owes(const passage& of);
    boost::asio::awaitable<bool> owe(passage& of);
    boost::asio::awaitable<bool> note_release(passage& of, bool in_copies);
    static void take_back(passage& of, policy::reason why, std::string_view detail);
    static void defer(passage& of, policy::reason why, std::string_view detail);
    std::string record_of(const passage& of) const;
    boost::asio::awaitable<unwritten> record(std::string fields);
    boost::asio::awaitable<void> correct(const passage& of);
    answer conclude(passage& of, edit_list edits, const unwritten& unrecorded) const;

    std::shared_ptr<const snapshot> live_;
    audit_log& log_;
    event_recorder& events_;
    policy::pseudonyms names_;
    thread_memory& threads_;
    sealing_pool& sealers_;
    outbox& outbox_;
    notifier& notices_;
    submit_limit& most_;
    key_finder* finder_;
    held_permits* permits_;
    held_watch* held_;
    std::function<void(const concluded&)> hears_;
};

} // namespace sealgate::milter
