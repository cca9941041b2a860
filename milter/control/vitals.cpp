#include "milter/control/vitals.hpp"

#include <algorithm>
#include <chrono>

namespace sealgate::milter {

namespace {

namespace json = boost::json;
using kind = exposition::kind;

double seconds_between(wall_time from, wall_time to) { return std::max(0.0, std::chrono::duration<double>(to - from).count()); }

double age_of(const vitals::waiting& some, wall_time now) { return some.oldest ? seconds_between(*some.oldest, now) : 0; }

json::object as_json(const vitals::waiting& some) {
    return {{"count", some.count}, {"oldest", some.oldest ? json::value(rfc3339(*some.oldest)) : json::value(nullptr)}};
}

class metrics_writer {
public:
    explicit metrics_writer(const vitals& now)
        : now_(now) {}

    std::string run(const decision_feed& decisions) {
        out_.begin("sealgate_info", kind::gauge, "The gateway that runs, always 1.");
        out_.sample(1, {{"version", now_.version}, {"mode", std::string(name_of(now_.mode))}, {"policy", now_.policy}});
        gauge("sealgate_start_time_seconds", "When it started, since 1970.",
              std::chrono::duration<double>(now_.started.time_since_epoch()).count());
        decisions.write(out_);
        work();
        waiting();
        keys();
        return out_.take();
    }

private:
    void gauge(std::string_view name, std::string_view help, double value) {
        out_.begin(name, kind::gauge, help);
        out_.sample(value);
    }

    void counter(std::string_view name, std::string_view help, std::uint64_t value) {
        out_.begin(name, kind::counter, help);
        out_.sample(static_cast<double>(value));
    }

    void work() {
        gauge("sealgate_connections", "Connections of Postfix.", static_cast<double>(now_.connections));
        gauge("sealgate_connections_max", "At most (limits.connections).", static_cast<double>(now_.most_connections));
        gauge("sealgate_memory_bytes", "What messages under way take of limits.memory.", static_cast<double>(now_.memory));
        gauge("sealgate_memory_max_bytes", "limits.memory.", static_cast<double>(now_.most_memory));
        counter("sealgate_passed_but_outgoing_total",
                "Messages to the outside that passed as incoming: outgoing.networks lacks their client.",
                now_.passed_but_outgoing);
        counter("sealgate_reloads_refused_total", "Reloads that left the old configuration in force.", now_.reloads_refused);
        gauge("sealgate_problems", "What sealgate status names as wrong.", static_cast<double>(now_.problems.size()));
    }

    void waiting() {
        gauge("sealgate_outbox_messages", "Copies and notices that wait for Postfix.", static_cast<double>(now_.outbox.count));
        gauge("sealgate_outbox_oldest_seconds", "Age of the oldest of them; 0: none.", age_of(now_.outbox, now_.now));
        gauge("sealgate_held_messages", "Held messages that nobody has released or refused.",
              static_cast<double>(now_.held.count));
        gauge("sealgate_held_oldest_seconds", "Age of the oldest of them; 0: none.", age_of(now_.held, now_.now));
        gauge("sealgate_audit_waiting_records", "Records that are not on disk yet.", static_cast<double>(now_.records_waiting));
        counter("sealgate_audit_records_total", "The last record's number in the audit log.", now_.records);
        gauge("sealgate_audit_unsigned_records", "Records since the last checkpoint.",
              static_cast<double>(now_.records - std::min(now_.records, now_.records_signed)));
        gauge("sealgate_audit_checkpoint_age_seconds", "Since the last checkpoint; 0: nothing waits for one.",
              now_.records > now_.records_signed ? seconds_between(now_.signed_at, now_.now) : 0);
        if (now_.sinks.empty()) return;
        out_.begin("sealgate_audit_sink_behind_records", kind::gauge,
                   "Records of the audit log that a sink (audit.sinks) has not yet.");
        for (const auto& one : now_.sinks)
            out_.sample(static_cast<double>(now_.records - std::min(now_.records, one.records)), {{"sink", one.name}});
    }

    void keys() {
        out_.begin("sealgate_certificates", kind::gauge, "Certificates of all sources, by state.");
        for (const auto& [state, count] : now_.keys.by_state)
            out_.sample(static_cast<double>(count), {{"state", std::string(name_of(state))}});
        gauge("sealgate_certificates_ending", "Certificates in use that end within 30 days.",
              static_cast<double>(now_.keys.ending));
        out_.begin("sealgate_key_lookups_total", kind::counter, "Sources asked for a key, by what came of it.");
        for (const auto& one : names(lookup_outcome{})) {
            const auto at = now_.lookups.find(one.value);
            out_.sample(at == now_.lookups.end() ? 0 : static_cast<double>(at->second), {{"result", std::string(one.name)}});
        }
    }

    const vitals& now_;
    exposition out_;
};

} // namespace

json::object status_of(const vitals& now, const decision_feed& decisions) {
    json::object states;
    for (const auto& [state, count] : now.keys.by_state) states[name_of(state)] = count;
    json::array sinks;
    for (const auto& one : now.sinks)
        sinks.push_back(json::object{{"sink", one.name},
                                     {"records", one.records},
                                     {"problem", one.problem.empty() ? json::value(nullptr) : json::value(one.problem)}});
    json::array latest;
    for (const auto& one : decisions.recent())
        latest.push_back(
            json::object{{"time", rfc3339(one.time)}, {"id", one.id}, {"queue_id", one.queue_id}, {"decision", one.words}});
    return {
        {"ok", now.problems.empty()},
        {"version", now.version},
        {"config", now.config},
        {"started", rfc3339(now.started)},
        {"time", rfc3339(now.now)},
        {"mode", name_of(now.mode)},
        {"policy", now.policy},
        {"listen", json::array(now.listen.begin(), now.listen.end())},
        {"connections", now.connections},
        {"decisions", decisions.count()},
        {"outbox", as_json(now.outbox)},
        {"held", as_json(now.held)},
        {"keys", json::object{{"certificates", now.certificates}, {"states", std::move(states)}, {"ending", now.keys.ending}}},
        {"audit", json::object{{"records", now.records}, {"signed", now.records_signed}, {"waiting", now.records_waiting}}},
        {"sinks", std::move(sinks)},
        {"memory", json::object{{"used", now.memory}, {"most", now.most_memory}}},
        {"latest", std::move(latest)},
        {"problems", json::array(now.problems.begin(), now.problems.end())}};
}

std::string metrics_of(const vitals& now, const decision_feed& decisions) { return metrics_writer(now).run(decisions); }

} // namespace sealgate::milter
