// How a running gateway is: what `sealgate status` shows and Prometheus scrapes. Plain values, and their two forms. Pure.
// Tested by control/decision_feed_test.
#pragma once

#include "milter/control/decision_feed.hpp"
#include "milter/discovery/lookup_outcome.hpp"
#include "policy/base/rfc3339.hpp"
#include "policy/rules/vocabulary.hpp"

#include <boost/json.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace sealgate::milter {

struct key_counts {
    std::map<policy::key_state, std::size_t> by_state;
    std::size_t ending = 0; // within 30 days, and mail would miss them
};

struct vitals {
    struct waiting {
        std::size_t count = 0;
        std::optional<wall_time> oldest = {};
    };

    struct log_copy {
        std::string name;
        std::uint64_t records = 0; // the number of the last that is there; 0: not known
        std::string problem;       // empty: it goes on
    };

    std::string version, config;
    wall_time now = {}, started = {};
    policy::mode mode = policy::mode::enforce;
    std::string policy; // its digest
    std::vector<std::string> listen;
    std::size_t connections = 0, most_connections = 0;
    waiting outbox, held;
    std::size_t certificates = 0;
    key_counts keys; // as they were counted lately
    std::size_t records_waiting = 0;
    std::uint64_t records = 0, records_signed = 0;
    wall_time signed_at = {};                // the last checkpoint; else the start
    std::vector<log_copy> sinks;             // audit.sinks
    std::size_t memory = 0, most_memory = 0; // octets
    std::uint64_t passed_but_outgoing = 0;
    std::map<lookup_outcome, std::uint64_t> lookups;
    std::uint64_t reloads_refused = 0;
    std::vector<std::string> problems; // what is wrong, one line each
};

// With the latest decisions.
boost::json::object status_of(const vitals& now, const decision_feed& decisions);
std::string metrics_of(const vitals& now, const decision_feed& decisions);

} // namespace sealgate::milter
