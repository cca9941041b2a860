// What happens to the gateway itself, as records of the audit log (contrib/design/audit_format.md): who reads decisions has to
// know which program, which policy and which keys made them.
//
// Each function gives the fields of one record, as audit_fields() does: `"time":…,"event":"start",…`, without braces.
#pragma once

#include "policy/crypto/ed25519.hpp"
#include "policy/rules/vocabulary.hpp"

#include <boost/json/object.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sealgate::policy {

using event_time = std::chrono::system_clock::time_point;

// What decides: all that a reload can change.
struct in_force {
    sealgate::policy::mode mode;
    std::string policy;       // digest
    std::string certificates; // digest of their fingerprints and of whether each is disabled
    std::size_t certificate_count = 0;
};

enum class gateway_event : std::uint8_t {
    start,
    stop,
    reload,
    reload_refused,
    keys_reload,
    repair,
    signing_key,
    report_passed,
    log_found,
    keys_watch,
    clock_jumped
};

constexpr auto names(gateway_event) {
    using enum gateway_event;
    return std::to_array<named<gateway_event>>({{start, "start"},
                                                {stop, "stop"},
                                                {reload, "reload"},
                                                {reload_refused, "reload-refused"},
                                                {keys_reload, "keys-reload"},
                                                {repair, "repair"},
                                                {signing_key, "signing-key"},
                                                {report_passed, "report-passed"},
                                                {log_found, "log-found"},
                                                {keys_watch, "keys-watch"},
                                                {clock_jumped, "clock-jumped"}});
}

// The fields of an event, these behind its time and its name.
std::string event_fields(event_time time, gateway_event what, const boost::json::object& further);
std::string event_fields(event_time time, std::string_view name, const boost::json::object& further);

// {"count","fingerprints"}: all are counted, and most_named_certificates of them named.
boost::json::object counted(const std::vector<std::string>& fingerprints);

inline constexpr std::size_t longest_name = 1000; // of whom and what mail names, in code points
// A line of the log as its record, where that is an event.
std::optional<boost::json::object> event_in(std::string_view line);

// The keys that the log itself is written with, from a start on.
struct keys_in_use {
    ed25519_public_key signs;     // checkpoints
    std::string address_key = {}; // pseudonyms::key_id(); empty where addresses are in clear
};

std::string start_event(event_time time, std::string_view version, const in_force& now, const keys_in_use& keys);
std::string stop_event(event_time time);
std::string reload_event(event_time time, const in_force& before, const in_force& now);
// A reload that was refused: what was in force stays.
std::string refused_reload_event(event_time time, const in_force& still, std::size_t errors);

// Certificates by fingerprint, as the log writes them.
struct certificate_changes {
    std::vector<std::string> added, changed, removed;

    bool none() const { return added.empty() && changed.empty() && removed.empty(); }
};

inline constexpr std::size_t most_named_certificates = 100;

// The key store changed, and what it holds now is in force. Of each kind of change no more than most_named_certificates are
// named; all are counted.
std::string keys_reload_event(event_time time, const in_force& now, const certificate_changes& changes);
// A record cut short by a crash was removed from the end of the log.
std::string repair_event(event_time time, std::uint64_t octets);
// The clock of records went on by more than time did, or went back (`by` is below nothing), since the last record was written.
std::string clock_jumped_event(event_time time, event_time last_record, std::chrono::seconds by);
// From now on checkpoints are signed by this key: it is new, or another one stood beside the log.
std::string signing_key_event(event_time time, const ed25519_public_key& key);
// The key that a line of the log names as the one that signs from there on.
std::optional<ed25519_public_key> signing_key_named_in(std::string_view line);
// keys_in_use::address_key, where the line is a start.
std::optional<std::string> address_key_named_in(std::string_view line);

// A report about a mail (policy/decision/multipart_report.hpp) that passed undecided. People as the log calls them.
struct passed_report {
    event_time time;
    std::string_view type; // delivery-status, disposition-notification
    std::string_view queue_id;
    std::string message_id; // or empty
    std::string client;
    std::string user; // who logged in, or empty
    std::vector<std::string> recipients;
    std::uint64_t size = 0; // octets
};

std::string passed_report_event(const passed_report& of);

} // namespace sealgate::policy
