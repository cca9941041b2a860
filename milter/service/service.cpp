#include "milter/service/service.hpp"

#include "keys/base/clock.hpp"
#include "milter/agreement/fleet_ties.hpp"
#include "milter/audit/address_key.hpp"
#include "milter/audit/event_recorder.hpp"
#include "milter/audit/index_upkeep.hpp"
#include "milter/audit/log.hpp"
#include "milter/base/as_result.hpp"
#include "milter/base/exception_text.hpp"
#include "milter/base/keep_running.hpp"
#include "milter/control/decision_feed.hpp"
#include "milter/control/http.hpp"
#include "milter/control/short_server.hpp"
#include "milter/control/vitals.hpp"
#include "milter/discovery/key_finder.hpp"
#include "milter/discovery/key_learner.hpp"
#include "milter/discovery/key_refresher.hpp"
#include "milter/gateway/gateway.hpp"
#include "milter/gateway/remembering.hpp"
#include "milter/gateway/renewal.hpp"
#include "milter/held/permits.hpp"
#include "milter/journal/log.hpp"
#include "milter/journal/service_manager.hpp"
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
#include "milter/protocol/server.hpp"
#include "milter/retention/pruner.hpp"
#include "milter/service/census.hpp"
#include "milter/service/news.hpp"
#include "milter/service/parts.hpp"
#include "milter/service/relay_watch.hpp"
#include "milter/service/secret_files.hpp"
#include "milter/settings/snapshot.hpp"
#include "milter/sinks/sinks.hpp"
#include "milter/threads/memory.hpp"
#include "policy/audit/event.hpp"
#include "policy/audit/key_event.hpp"
#include "policy/base/text.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/json.hpp>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <iterator>
#include <new>
#include <optional>

namespace sealgate::milter {

namespace {

namespace asio = boost::asio;
namespace json = boost::json;

constexpr std::string_view prune_question = "prune ";
constexpr ::mode_t owner_alone = 0600, open_to_all = 0666;
constexpr std::chrono::seconds drain_grace{30}, grace_for_sinks{2}, look_for_unused_memory{10};

constexpr auto as_warning = [](std::string_view problem) { log_warning(problem); };

class service {
public:
    service(std::string config_path, std::shared_ptr<const snapshot> live)
        : config_path_(config_path)
        , memory_(io_.get_executor(), live->gateway.limits.memory, work_on(live->gateway.limits.largest_message()))
        , scratch_(empty_scratch(live->gateway.state))
        , spool_(scratch_, memory_)
        , log_(audit_options_of(live->gateway, as_warning))
        , indexes_(live->gateway.audit_directory())
        , sinks_(
              live->gateway, [this] { return log_.now().last_record; }, as_warning)
        , events_(log_, live->gateway.events_directory())
        , threads_(live->gateway.threads_directory(), as_warning)
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
        , finder_(io_, key_places(live->gateway), beside_the_river())
        , refresher_(io_, key_places(live->gateway), finder_, [this] { return gateway_.live(); })
        , watch_(
              io_, live->gateway.watch_directory(), outbox_, [this] { return gateway_.live(); },
              [this](const snapshot& of, const policy::watch_news& news) {
                  events_.record(policy::keys_watch_event(told_keys_of(of, news, gateway_.names())));
              })
        , renewal_(io_, std::move(config_path), gateway_, events_, most_, [this] { take_up(); })
        , learner_(io_, memory_, beside_the_river())
        , fleet_(live, remember_elsewhere(), beside_the_river().told, notices_.ledger(), as_warning)
        , queue_runner_(io_, outbox_,
                        {.submit = [this] { return gateway_.live()->gateway.submit; },
                         .bounces = [this] { return bounces_of(gateway_.live()->rules); }})
        , server_(io_, live->gateway.limits.connections, [this] { return options(); })
        , signals_(io_, SIGTERM, SIGINT, SIGHUP) {
        set_log_level(live->gateway.log_level);
        record_start(*live);
        events_.flush(); // who sees it listen finds its start in the log
        renewal_.start();
        gateway_.on_concluded([this](const concluded& what) { decisions_.saw(what); });
        for (const auto& problem : exposed_secrets(live->gateway)) log_warning(problem);
        notices_.send_overdue(); // before new mail can add to them
        for (const auto& where : live->gateway.listen) {
            server_.listen(where);
            log_line("listening on " + to_string(where) + ", mode " + std::string(name_of(live->gateway.mode)) + ", policy " +
                     live->rules.digest);
        }
        open_sockets(live->gateway);
    }

    void run() {
        keep_running(io_.get_executor(), "waiting for signals", [this] { return await_signals(); });
        asio::co_spawn(io_, most_.find_out(), asio::detached); // the next mail asks again, where it fails
        queue_runner_.start();
        notices_.start(sealers_.threads());
        watch_.start(sealers_.threads());
        held_.start(sealers_.threads());
        refresher_.start();
        if (manager_.watchdog())
            keep_running(io_.get_executor(), "telling systemd that it lives", [this] { return live_on(); });
        manager_.ready();
        tell_manager();
        keep_running(io_.get_executor(), "giving back unused memory",
                     [this] { return give_back_unused(sealers_.threads(), look_for_unused_memory); });
        run_until_stopped();
        events_.record(policy::stop_event(now()));
        events_.flush();
        sinks_.bring_the_rest(grace_for_sinks);
        log_line("stopped");
    }

private:
    // What those see of the gateway who bring it certificates. What becomes of these is on disk before it is so; it is in the
    // log before it is in force (renewal).
    key_finder::surroundings beside_the_river() {
        return {.live = [this] { return gateway_.live(); },
                .take_up = [this](policy::key_source source) { return renewal_.look_at(source); },
                .told = {.leave = leaver_into(events_.directory()), .names = gateway_.names()}};
    }

    thread_sharing::listener remember_elsewhere() {
        return [this](auto mails, auto done) {
            asio::post(io_, [this, mails = std::move(mails), done = std::move(done)]() mutable {
                remember_all(threads_, gateway_.live()->rules, mails, std::move(done));
            });
        };
    }

    // Memory that is refused to one mail is no reason to end all others.
    void run_until_stopped() {
        for (;;) {
            try {
                io_.run();
                return;
            } catch (const std::bad_alloc&) {
                log_error("no memory for something that was under way: it is given up, and all else goes on");
            }
        }
    }

    // Mail goes on without them.
    void open_sockets(const config& gateway) {
        try {
            short_talk commands{.end = "\n", .answer = [this](std::string question) { return answer(std::move(question)); }};
            control_.emplace(io_, unix_endpoint{gateway.control_socket()}, owner_alone, std::move(commands));
            if (!gateway.metrics) return;
            short_talk scrapes{.end = "\r\n\r\n",
                               .answer = [this](std::string request) { return answer_scrape(std::move(request)); }};
            metrics_.emplace(io_, *gateway.metrics, open_to_all, std::move(scrapes));
        } catch (const std::runtime_error& problem) {
            log_error(text_of(problem));
        }
    }

    // The questions of sealgate reload and status.
    asio::awaitable<std::string> answer(std::string question) {
        if (question == "reload\n") {
            const auto came = co_await renewal_.reload_now();
            tell_manager();
            co_return json::serialize(
                json::object{{"ok", came.is_in_force}, {"lines", json::array(came.lines.begin(), came.lines.end())}}) +
                "\n";
        }
        if (question.starts_with(prune_question)) co_return co_await prune(question);
        if (question != "status\n") co_return std::string("{\"ok\":false,\"lines\":[\"reload, status or prune?\"]}\n");
        co_return json::serialize(status_of(co_await take_vitals(), decisions_)) + "\n";
    }

    asio::awaitable<std::string> prune(std::string question) {
        const auto& keep = gateway_.live()->gateway.audit.keep;
        if (!keep) co_return std::string("{\"ok\":false,\"problem\":\"audit.keep is not set in the file that is in force\"}\n");
        auto user = question.substr(prune_question.size(), question.size() - prune_question.size() - 1);
        const prunable_part part{.before = now() - *keep, .most = sinks_.last_record_to_spare()};
        const auto done =
            co_await prune_log(log_, gateway_.live()->gateway.audit_directory(), part, std::move(user), sealers_.threads());
        co_return to_line(done);
    }

    asio::awaitable<std::string> answer_scrape(std::string request) {
        const auto of = co_await take_vitals();
        co_return answer_http(request, [&] { return metrics_of(of, decisions_); });
    }

    asio::awaitable<vitals> take_vitals() {
        const auto live = gateway_.live();
        co_await census_.renew(live, sealers_.threads());
        const auto log = log_.now();
        const auto waiting = outbox_.waiting();
        vitals out;
        out.version = SEALGATE_VERSION;
        out.config = config_path_;
        out.now = now();
        out.started = started_;
        out.mode = live->gateway.mode;
        out.policy = live->rules.digest;
        for (const auto& where : live->gateway.listen) out.listen.push_back(to_string(where));
        out.connections = server_.connections();
        out.most_connections = live->gateway.limits.connections;
        out.outbox = {.count = waiting.copies, .oldest = waiting.oldest};
        out.held = census_.held();
        out.certificates = live->certificates->count();
        out.keys = census_.keys();
        out.records_waiting = log.waiting;
        out.records = log.last_record;
        out.records_signed = log.last_signed;
        out.signed_at = log.signed_at;
        for (auto& one : sinks_.now())
            out.sinks.push_back({.name = std::move(one.sink), .records = one.last_record, .problem = std::move(one.problem)});
        out.memory = memory_.used();
        out.most_memory = memory_.most();
        out.passed_but_outgoing = relays_.count();
        out.lookups = finder_.asked();
        out.reloads_refused = renewal_.refused();
        out.problems = problems(*live, log.problem);
        co_return out;
    }

    std::vector<std::string> problems(const snapshot& live, const std::string& of_log) {
        auto out = renewal_.problems();
        if (!of_log.empty()) out.push_back("audit log: " + of_log);
        for (const auto& one : sinks_.now())
            if (!one.problem.empty()) out.push_back("the audit log's copy in " + one.sink + ": " + one.problem);
        std::ranges::move(fleet_.problems(), std::back_inserter(out));
        if (!queue_runner_.outage().empty()) out.push_back(queue_runner_.outage());
        if (!threads_.is_read()) out.emplace_back("which mails are sensitive cannot be read: replies without a tag wait");
        std::ranges::copy(live.key_problems, std::back_inserter(out));
        std::ranges::move(unusable_organisation_keys(live, keys::this_second()), std::back_inserter(out));
        return out;
    }

    void tell_manager() {
        const auto& live = *gateway_.live();
        const auto wrong = renewal_.problems();
        manager_.status(std::string(name_of(live.gateway.mode)) + ", policy " + live.rules.digest.substr(0, 19) + ", " +
                        std::to_string(live.certificates->count()) + " certificates" +
                        (wrong.empty() ? "" : "; " + wrong.front()));
    }

    asio::awaitable<void> live_on() {
        asio::steady_timer pause(io_);
        while (!ending_) {
            manager_.alive();
            pause.expires_after(*manager_.watchdog() / 2);
            co_await pause.async_wait(as_result);
        }
    }

    static std::chrono::system_clock::time_point now() { return std::chrono::system_clock::now(); }

    void record_start(const snapshot& live) {
        if (const auto octets = log_.repaired(); octets > 0) {
            log_error("removed " + std::to_string(octets) + " octets of a record cut short from the end of the audit log");
            events_.record(policy::repair_event(now(), octets));
        }
        const auto& signer = log_.signer();
        if (signer.is_new() || signer.former()) {
            log_line(signing_key_news(signer));
            events_.record(policy::signing_key_event(now(), signer.public_key()));
        }
        const policy::keys_in_use keys{.signs = signer.public_key(), .address_key = gateway_.names().key_id()};
        keep_policy_of(live.gateway, live.rules);
        events_.record(policy::start_event(now(), SEALGATE_VERSION, in_force(live), keys));
        events_.look();
    }

    // What is not the gateway's own of another configuration.
    void take_up() {
        const auto& limits = gateway_.live()->gateway.limits;
        memory_.resize(limits.memory, work_on(limits.largest_message()));
        set_log_level(gateway_.live()->gateway.log_level);
        watch_.look();
        fleet_.follow(gateway_.live());
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
                .release_begins = [this](const std::string& token) { return permits_.claim(token); },
                .release_ends = [this](const std::string& token) { permits_.abandon(token); },
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
        manager_.stopping();
        fleet_.stop();
        log_line("ending: messages under way are answered first");
        server_.drain(drain_grace, [this] { queue_runner_.stop(drain_grace, [this] { io_.stop(); }); });
    }

    const std::string config_path_;
    const wall_time started_ = now();
    service_manager manager_;
    decision_feed decisions_;
    census census_;
    asio::io_context io_{1};
    memory_budget memory_;
    std::filesystem::path scratch_; // gpg's homes, and what is spooled
    spool spool_;
    audit_log log_;
    index_upkeep indexes_; // behind the log, whose lock keeps a second gateway out
    log_sinks sinks_;
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
    fleet_ties fleet_;
    queue_runner queue_runner_;
    relay_watch relays_{as_warning};
    server server_;
    std::optional<short_server> control_, metrics_;
    asio::signal_set signals_;
    bool ending_ = false;
};

} // namespace

void run_service(std::string config_path, std::shared_ptr<const snapshot> live) {
    service(std::move(config_path), std::move(live)).run();
}

} // namespace sealgate::milter
