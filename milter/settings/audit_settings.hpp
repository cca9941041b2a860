// The audit log's section of sealgate.yaml (contract.md section 3) as values.
// Tested by settings/config_test.
#pragma once

#include "milter/settings/sink_url.hpp"
#include "policy/audit/pseudonym.hpp"

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace sealgate::milter {

// How the audit log is written. Takes effect at the next start.
struct audit_settings {
    std::string checkpoints; // the file of signatures
    std::size_t checkpoint_records = 1000;
    std::chrono::seconds checkpoint_time{300};
    std::size_t rotate_size = std::size_t{64} << 20; // octets
    bool rotate_daily = true;
    std::optional<std::chrono::seconds> keep; // records, before they may be pruned; nothing: for ever
    policy::address_form addresses = policy::address_form::clear;
    std::string address_key;          // the file of the key that hashes addresses; empty where they are in clear
    std::vector<sink_url> sinks = {}; // where the log goes too
    bool operator==(const audit_settings&) const = default;
};

} // namespace sealgate::milter
