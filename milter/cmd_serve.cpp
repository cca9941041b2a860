// sealgate serve: puts the rooms together, and runs them until a signal ends it.

#include "keys/files.hpp"
#include "milter/audit_log.hpp"
#include "milter/cmd.hpp"
#include "milter/courier.hpp"
#include "milter/gateway.hpp"
#include "milter/gateway_log.hpp"
#include "milter/notice_desk.hpp"
#include "milter/offload.hpp"
#include "milter/outbox.hpp"
#include "milter/server.hpp"
#include "milter/snapshot.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <atomic>
#include <csignal>
#include <filesystem>
#include <iostream>

namespace sealgate::milter {

namespace {

namespace asio = boost::asio;

constexpr std::chrono::seconds drain_grace{30};

// gpg's homes; what a gateway that was killed left there goes. The audit log's lock keeps a second gateway out.
std::filesystem::path empty_scratch(const std::string& state) {
    const auto scratch = std::filesystem::path(state) / "gpg";
    std::filesystem::remove_all(scratch);
    keys::make_private_directory(scratch);
    return scratch;
}

// Certificates in use whose files are still there and can't be read now. Without them mail would be refused, or its readers
// not be told apart: better the old ones.
std::vector<std::string> lost_certificates(const snapshot& old, const snapshot& fresh) {
    std::vector<std::string> lost;
    for (const auto& stored : old.certificates.certificates()) {
        const auto& fingerprint = stored.cert.fingerprint;
        const bool gone = fresh.certificates.find_entry(fingerprint, {}).stored == nullptr;
        if (gone && std::filesystem::exists(stored.file))
            lost.push_back("the certificate " + fingerprint + " is in use, and its file cannot be read any more");
    }
    return lost;
}

bounce_options bounces_of(const policy::policy& rules) {
    return {.from = rules.notices.from.spelled, .always_to = rules.encryption.always_to};
}

class service {
public:
    service(std::string config_path, std::shared_ptr<const snapshot> live)
        : config_path_(std::move(config_path))
        , log_(live->gateway.audit_directory())
        , outbox_(live->gateway.outbox_directory())
        , notices_(io_, live->gateway.notices_directory(), outbox_, [this] { return gateway_.live(); })
        , sealers_(live->gateway.limits.crypto_workers, {.program = "/usr/bin/gpg",
                                                         .scratch = empty_scratch(live->gateway.state),
                                                         .deadline = std::chrono::minutes(1)})
        , gateway_(live, log_, sealers_, outbox_, notices_)
        , courier_(io_, outbox_,
                   {.submit = [this] { return gateway_.live()->gateway.submit; },
                    .bounces = [this] { return bounces_of(gateway_.live()->rules); }})
        , server_(io_, live->gateway.limits.connections, [this] { return options(); })
        , signals_(io_, SIGTERM, SIGINT, SIGHUP) {
        if (!log_.repair().empty()) log_line(log_.repair());
        for (const auto& problem : live->key_problems) log_line(problem);
        notices_.send_overdue(); // before new mail can add to them
        for (const auto& where : live->gateway.listen) {
            server_.listen(where);
            log_line("listening on " + to_string(where) + ", mode " + std::string(name_of(live->gateway.mode)) +
                     ", policy " + live->rules.digest);
        }
    }

    void run() {
        asio::co_spawn(io_, await_signals(), asio::detached);
        courier_.start();
        notices_.start(sealers_.threads());
        io_.run();
        log_line("stopped");
    }

private:
    connection_options options() {
        const auto live = gateway_.live();
        return {.session = {.max_message_size = live->gateway.limits.message_size,
                            .is_outgoing =
                                [live](const smtp_client& client, std::string_view user) {
                                    return is_outgoing(live->gateway.outgoing, client.address, user);
                                }},
                .judge = [this](transaction mail, agreement agreed) { return gateway_.decide(std::move(mail), agreed); }};
    }

    asio::awaitable<void> await_signals() {
        for (;;) {
            const auto [error, number] = co_await signals_.async_wait(asio::as_tuple(asio::use_awaitable));
            if (error) co_return;
            if (number != SIGHUP) break;
            if (!reload_wanted_.exchange(true)) asio::co_spawn(io_, reload(), asio::detached);
        }
        log_line("ending: messages under way are answered first");
        server_.drain(drain_grace, [this] { courier_.stop(drain_grace, [this] { io_.stop(); }); });
    }

    // One at a time: a SIGHUP that comes before the files are read is served by this reading.
    asio::awaitable<void> reload() {
        auto work = [this] {
            reload_wanted_ = false;
            return load_snapshot(config_path_);
        };
        std::vector<std::string> errors;
        try {
            auto fresh = co_await offload(reloader_, std::move(work));
            errors = fresh ? lost_certificates(*gateway_.live(), **fresh) : std::move(fresh.error());
            if (errors.empty()) co_return take_over(*std::move(fresh));
        } catch (const std::exception& problem) {
            errors.emplace_back(problem.what());
        }
        for (const auto& error : errors) log_line(error);
        log_line("not reloaded: the configuration in force stays; policy " + gateway_.live()->rules.digest);
    }

    void take_over(std::shared_ptr<const snapshot> fresh) {
        const auto& old = gateway_.live()->gateway;
        const auto& now = fresh->gateway;
        if (old.listen != now.listen || old.state != now.state || old.limits.connections != now.limits.connections ||
            old.limits.crypto_workers != now.limits.crypto_workers)
            log_line("gateway.listen, state, limits.connections and limits.crypto_workers take effect at the next start");
        for (const auto& problem : fresh->key_problems) log_line(problem);
        log_line("reloaded: mode " + std::string(name_of(now.mode)) + ", policy " + gateway_.live()->rules.digest +
                 " -> " + fresh->rules.digest);
        gateway_.replace(std::move(fresh));
    }

    asio::io_context io_{1};
    std::string config_path_;
    audit_log log_;
    outbox outbox_; // before the pool, on which copies are added
    notice_desk notices_;
    sealing_pool sealers_;
    gateway gateway_;
    courier courier_;
    server server_;
    asio::thread_pool reloader_{1};
    std::atomic<bool> reload_wanted_ = false;
    asio::signal_set signals_;
};

} // namespace

int cmd_serve(const invocation& called) {
    if (!called.words.empty()) {
        complain("serve takes no words; see sealgate serve --help");
        return exit_unusable;
    }
    // Until the service listens for it, a reload is nothing to die of.
    std::signal(SIGHUP, SIG_IGN);
    // A peer that leaves, a gpg that dies and a log that can't grow are seen as errors where they happen.
    std::signal(SIGPIPE, SIG_IGN);
    std::signal(SIGXFSZ, SIG_IGN);
    auto live = load_snapshot(called.config_path);
    if (!live) {
        for (const auto& error : live.error()) std::cerr << error << '\n';
        complain("not started");
        return exit_unusable;
    }
    service(called.config_path, *std::move(live)).run();
    return exit_yes;
}

} // namespace sealgate::milter
