// sealgate serve: puts the rooms together, and runs them until a signal ends it.

#include "keys/base/files.hpp"
#include "keys/rnp/librnp.hpp"
#include "milter/audit/address_key.hpp"
#include "milter/audit/event_recorder.hpp"
#include "milter/audit/index_upkeep.hpp"
#include "milter/audit/log.hpp"
#include "milter/base/as_result.hpp"
#include "milter/base/keep_running.hpp"
#include "milter/base/log.hpp"
#include "milter/commands/list.hpp"
#include "milter/commands/secret_files.hpp"
#include "milter/discovery/key_finder.hpp"
#include "milter/discovery/key_learner.hpp"
#include "milter/discovery/key_refresher.hpp"
#include "milter/gateway/gateway.hpp"
#include "milter/gateway/renewal.hpp"
#include "milter/held/permits.hpp"
#include "milter/memory/allocator.hpp"
#include "milter/memory/budget.hpp"
#include "milter/memory/message_claim.hpp"
#include "milter/memory/spool.hpp"
#include "milter/notices/held_watch.hpp"
#include "milter/notices/key_watch.hpp"
#include "milter/notices/notifier.hpp"
#include "milter/outbox/queue.hpp"
#include "milter/outbox/queue_runner.hpp"
#include "milter/outbox/submit_limit.hpp"
#include "milter/protocol/relay_watch.hpp"
#include "milter/protocol/server.hpp"
#include "milter/settings/snapshot.hpp"
#include "milter/threads/memory.hpp"
#include "policy/audit/event.hpp"
#include "policy/audit/key_event.hpp"
#include "policy/base/text.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <csignal>
#include <filesystem>
#include <iostream>
#include <new>

namespace sealgate::milter {

namespace {

namespace asio = boost::asio;

constexpr std::chrono::seconds drain_grace{30};
constexpr std::chrono::seconds look_for_unused_memory{10};

// gpg's homes; what a gateway that was killed left there goes, and so may a gpg that outlived it. The audit log's lock keeps a
// second gateway out.
std::filesystem::path empty_scratch(const std::string& state) {
    const auto scratch = std::filesystem::path(state) / "gpg";
    keys::remove_tree(scratch);
    keys::make_private_directory(scratch);
    return scratch;
}

audit_options audit_options_of(const config& gateway) {
    const auto& audit = gateway.audit;
    return {.directory = gateway.audit_directory(),
            .key = gateway.checkpoint_key(),
            .checkpoints = audit.checkpoints,
            .checkpoint_records = audit.checkpoint_records,
            .checkpoint_time = audit.checkpoint_time,
            .rotate_size = audit.rotate_size,
            .rotate_daily = audit.rotate_daily,
            .complain = &log_line};
}

// What is to be noted elsewhere. Checkpoints until now need the former key.
std::string signing_key_news(const checkpoint_file& signer) {
    const auto key = to_text(signer.public_key());
    if (!signer.former()) return "checkpoints of the audit log are signed by a new key; note it elsewhere: " + key;
    const auto former = to_text(*signer.former());
    if (signer.is_new())
        return "checkpoints of the audit log are signed by a new key; note it elsewhere: " + key +
               "; and keep the former one, for the checkpoints until now: " + former;
    return "checkpoint.pub beside the audit log named another key, " + former + ", than the one that signs, " + key +
           ", and names this one now: if the signing key was replaced, note it, and keep the former one for the checkpoints"
           " until now; else somebody changed checkpoint.pub";
}

// What the log says of a mail to keys.watch.mail.
policy::told_keys told_keys_of(const snapshot& live, const policy::watch_news& news, const policy::pseudonyms& names) {
    policy::told_keys out{.time = std::chrono::system_clock::now(),
                          .to = {},
                          .unusable = {},
                          .ending = {},
                          .ended = {},
                          .proposed = {},
                          .changed = {},
                          .revoked = {}};
    for (const auto& who : live.gateway.watch.mail) out.to.push_back(names.of(who));
    for (const auto& one : news.unusable) {
        const auto& entry = one.key.entry;
        const bool is_fingerprint = !keys::canonical_fingerprint(entry).empty();
        out.unusable.emplace_back(is_fingerprint ? names.of_text(entry) : names.of(policy::parse_address(entry)),
                                  one.key.state);
    }
    for (const auto& one : news.ending) out.ending.push_back(names.of_text(one.fingerprint));
    for (const auto& one : news.ended) out.ended.push_back(names.of_text(one.fingerprint));
    for (const auto& one : news.news) {
        using enum policy::key_news_kind;
        auto& kind = one.what == proposed ? out.proposed : one.what == changed ? out.changed : out.revoked;
        kind.push_back(names.of_text(one.fingerprint));
    }
    return out;
}

bounce_options bounces_of(const policy::policy& rules) {
    return {.from = rules.notices.from.spelled, .always_to = rules.encryption.always_to};
}

class service {
public:
    service(std::string config_path, std::shared_ptr<const snapshot> live)
        : memory_(io_.get_executor(), live->gateway.limits.memory, work_on(live->gateway.limits.largest_message()))
        , scratch_(empty_scratch(live->gateway.state))
        , spool_(scratch_, memory_)
        , log_(audit_options_of(live->gateway))
        , indexes_(live->gateway.audit_directory())
        , events_(log_, live->gateway.events_directory())
        , threads_(live->gateway.threads_directory(), &log_line)
        , outbox_(live->gateway.outbox_directory())
        , permits_(live->gateway.held_directory())
        , held_(io_, live->gateway.held_directory(), outbox_, [this] { return gateway_.live(); })
        , notices_(io_, live->gateway.notices_directory(), outbox_, [this] { return gateway_.live(); })
        , sealers_(live->gateway.limits.crypto_workers,
                   {.program = "/usr/bin/gpg", .scratch = scratch_, .deadline = std::chrono::minutes(1)},
                   live->rules.encryption.engine, room())
        , most_([this] { return gateway_.live()->gateway.submit; })
        , gateway_(live, log_, events_, load_pseudonyms(live->gateway.audit, if_missing::make), threads_, sealers_, outbox_,
                   notices_, most_, &finder_, &permits_, &held_)
        , finder_(io_, key_places(live->gateway),
                  {.live = [this] { return gateway_.live(); },
                   .record = [this](std::string fields) { events_.record(std::move(fields)); },
                   .take_up = [this](policy::key_source source) { return renewal_.look_at(source); },
                   .names = gateway_.names()})
        , refresher_(io_, key_places(live->gateway), finder_, [this] { return gateway_.live(); })
        , watch_(
              io_, live->gateway.watch_directory(), outbox_, [this] { return gateway_.live(); },
              [this](const snapshot& of, const policy::watch_news& news) {
                  events_.record(policy::keys_watch_event(told_keys_of(of, news, gateway_.names())));
              })
        , renewal_(io_, std::move(config_path), gateway_, events_, most_, [this] { take_up(); })
        , learner_(io_, memory_,
                   {.live = [this] { return gateway_.live(); },
                    .record = [this](std::string fields) { events_.record(std::move(fields)); },
                    .take_up = [this](policy::key_source source) { return renewal_.look_at(source); },
                    .names = gateway_.names()})
        , queue_runner_(io_, outbox_,
                        {.submit = [this] { return gateway_.live()->gateway.submit; },
                         .bounces = [this] { return bounces_of(gateway_.live()->rules); }})
        , server_(io_, live->gateway.limits.connections, [this] { return options(); })
        , signals_(io_, SIGTERM, SIGINT, SIGHUP) {
        record_start(*live);
        renewal_.start();
        for (const auto& problem : exposed_secrets(live->gateway)) log_line(problem);
        notices_.send_overdue(); // before new mail can add to them
        for (const auto& where : live->gateway.listen) {
            server_.listen(where);
            log_line("listening on " + to_string(where) + ", mode " + std::string(name_of(live->gateway.mode)) + ", policy " +
                     live->rules.digest);
        }
    }

    void run() {
        keep_running(io_.get_executor(), "waiting for signals", [this] { return await_signals(); });
        asio::co_spawn(io_, most_.find_out(), asio::detached); // the next mail asks again, where it fails
        queue_runner_.start();
        notices_.start(sealers_.threads());
        watch_.start(sealers_.threads());
        held_.start(sealers_.threads());
        refresher_.start();
        keep_running(io_.get_executor(), "giving back unused memory",
                     [this] { return give_back_unused(sealers_.threads(), look_for_unused_memory); });
        run_until_stopped();
        events_.record(policy::stop_event(now()));
        log_line("stopped");
    }

private:
    // Memory that is refused to one mail is no reason to end all others.
    void run_until_stopped() {
        for (;;) {
            try {
                io_.run();
                return;
            } catch (const std::bad_alloc&) {
                log_line("no memory for something that was under way: it is given up, and all else goes on");
            }
        }
    }

    static std::chrono::system_clock::time_point now() { return std::chrono::system_clock::now(); }

    void record_start(const snapshot& live) {
        if (const auto octets = log_.repaired(); octets > 0) {
            log_line("removed " + std::to_string(octets) + " octets of a record cut short from the end of the audit log");
            events_.record(policy::repair_event(now(), octets));
        }
        const auto& signer = log_.signer();
        if (signer.is_new() || signer.former()) {
            log_line(signing_key_news(signer));
            events_.record(policy::signing_key_event(now(), signer.public_key()));
        }
        const policy::keys_in_use keys{.signs = signer.public_key(), .address_key = gateway_.names().key_id()};
        events_.record(policy::start_event(now(), SEALGATE_VERSION, in_force(live), keys));
        events_.look();
    }

    // What is not the gateway's own of another configuration.
    void take_up() {
        const auto& limits = gateway_.live()->gateway.limits;
        memory_.resize(limits.memory, work_on(limits.largest_message()));
        watch_.look();
    }

    octet_room room() {
        return [this](std::size_t expected) { return spool_.writer(expected); };
    }

    session_options session_of(std::size_t max_message_size) {
        return {.max_message_size = max_message_size,
                .direction_of =
                    [this](const connected_client& client, std::string_view user, const policy::address& sender) {
                        const auto& live = *gateway_.live();
                        return direction_of(live.gateway.outgoing, live.rules.tiers, client, user, sender);
                    },
                .is_outside = [this](const policy::address& who) { return is_outside(gateway_.live()->rules.tiers, who); },
                .room = room(),
                .has_passed =
                    [this](const connected_client& client, std::string_view queue_id) {
                        relays_.saw(client, queue_id, std::chrono::steady_clock::now());
                    },
                .thread_seen = [this](const policy::message& header) { gateway_.let_pass(header); },
                .release_begins = [this](const std::string& token) { permits_.claim(token); },
                .learner = &learner_};
    }

    connection_options options() {
        const auto live = gateway_.live();
        return {.session = session_of(live->gateway.limits.largest_message()),
                .handler = [this](transaction mail, agreement agreed,
                                  is_awaited awaited) { return gateway_.handle(std::move(mail), agreed, std::move(awaited)); },
                .memory = &memory_};
    }

    asio::awaitable<void> await_signals() {
        while (!ending_) {
            const auto [error, number] = co_await signals_.async_wait(as_result);
            if (error) co_return;
            if (number == SIGHUP)
                renewal_.reload();
            else
                ending_ = true;
        }
        log_line("ending: messages under way are answered first");
        server_.drain(drain_grace, [this] { queue_runner_.stop(drain_grace, [this] { io_.stop(); }); });
    }

    asio::io_context io_{1};
    memory_budget memory_;
    std::filesystem::path scratch_; // gpg's homes, and what is spooled
    spool spool_;
    audit_log log_;
    index_upkeep indexes_; // behind the log, whose lock keeps a second gateway out
    event_recorder events_;
    thread_memory threads_;
    outbox outbox_; // before the pool, on which copies are added
    held_permits permits_;
    held_watch held_;
    notifier notices_;
    sealing_pool sealers_;
    submit_limit most_;
    gateway gateway_;
    key_finder finder_;
    key_refresher refresher_;
    key_watch watch_;
    renewal renewal_;
    key_learner learner_;
    queue_runner queue_runner_;
    relay_watch relays_{&log_line};
    server server_;
    asio::signal_set signals_;
    bool ending_ = false;
};

} // namespace

int cmd_serve(const invocation& called) {
    try {
        keys::prepare_librnp();
    } catch (const keys::librnp_broken&) { // the proof says so
    }
    // Until the service listens for it, a reload is nothing to die of.
    std::signal(SIGHUP, SIG_IGN);
    // A peer that leaves, a gpg that dies and a log that can't grow are seen as errors where they happen.
    std::signal(SIGPIPE, SIG_IGN);
    std::signal(SIGXFSZ, SIG_IGN);
    auto live = load_snapshot(called.config_path);
    if (!live) {
        for (const auto& error : live.error()) std::cerr << text::printable(error, 2000) << '\n';
        complain("not started");
        return exit_unusable;
    }
    set_up_allocator((*live)->gateway.limits.memory);
    service(called.config_path, *std::move(live)).run();
    return exit_yes;
}

} // namespace sealgate::milter
