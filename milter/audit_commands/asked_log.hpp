// The log that a command is about: the gateway's own, in its files; or, with --from postgresql://…, what gateways brought to a
// database (milter/fleet/fleet.hpp), and with --gateway NAME one of them.
// Tested by e2e/test_fleet_log.py.
#pragma once

#include "milter/audit/address_resolver.hpp"
#include "milter/audit/search.hpp"
#include "milter/cli/arguments.hpp"
#include "milter/fleet/fleet.hpp"
#include "milter/settings/config.hpp"
#include "policy/audit/query.hpp"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::milter {

inline constexpr option_spec from_option{"--from", takes::value}, gateway_option{"--gateway", takes::values};

// Whether --from names a database, and not a record by its number.
bool names_database(const invocation& called);

// As configured(); but who asks a database needs no gateway here, and so no file of one.
std::optional<config> configured_to_read(const invocation& called);

class asked_log {
public:
    // Nothing after a complaint. Throws where the database cannot be asked.
    static std::optional<asked_log> of(const invocation& called, const config& gateway);

    // Null: the gateway's own files.
    const fleet* database() const { return fleet_ ? &*fleet_ : nullptr; }
    // Of a database, those that are meant.
    const std::vector<fleet_gateway>& gateways() const { return gateways_; }

    // Of a database: for all lines of those that are meant.
    fleet_question question() const;

    // Throws where there is no log.
    audit_search search(policy::query asked, const address_resolver& named) const;
    // All lines of that period at least.
    std::unique_ptr<log_lines> lines(std::optional<std::chrono::system_clock::time_point> since,
                                     std::optional<std::chrono::system_clock::time_point> until) const;

private:
    explicit asked_log(std::filesystem::path files)
        : files_(std::move(files)) {}

    std::filesystem::path files_;
    std::optional<fleet> fleet_;
    std::vector<fleet_gateway> gateways_;
    bool are_all_ = true;
};

} // namespace sealgate::milter
