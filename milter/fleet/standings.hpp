// How the gateways of a fleet stand, by the logs that they brought to a database: what each had in force last, and where they
// differ.
// Tested by fleet/standings_test and e2e/test_fleet_status.py.
#pragma once

#include "milter/settings/sink_url.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace sealgate::milter {

// Texts as the database has them; empty where it has none.
struct gateway_standing {
    std::string name;
    bool is_stopped = false;                          // it said so; one that died did not
    std::string version = {}, mode = {}, policy = {}; // as of its last start, reload or change of keys
    std::string certificates = {}, keys = {};         // their number, and the digest of the store
    std::uint64_t records = 0, signed_records = 0;
    std::string arrived = {}; // when its last record came, RFC 3339
};

// In the order of their names. For an auditor's role, or a gateway's. Throws database_error.
std::vector<gateway_standing> standings_in(const database_url& database);

// A line each: what is not the same on all that run, and who has never been heard of.
std::vector<std::string> differences(const std::vector<gateway_standing>& all);

} // namespace sealgate::milter
