// All places where a gateway's audit log goes beside the local one.
// Tested by e2e/test_database.py and test_syslog.py.
#pragma once

#include "milter/settings/config.hpp"
#include "milter/sinks/shipper.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

namespace sealgate::milter {

// Where the logs of a fleet meet; null: it has no database.
const database_url* first_database(const audit_settings& of);

class log_sinks {
public:
    // As `gateway` has them when it starts; the log is open. `durable`: its last record that stays, whatever happens. Both are
    // called by any thread.
    log_sinks(const config& gateway, const std::function<std::uint64_t()>& durable,
              const std::function<void(std::string_view)>& complain);

    // The gateway is ending, and no more will come: waits until all is there, where nothing is in the way, and for so long at
    // most. What is not there then follows after the next start.
    void bring_the_rest(std::chrono::milliseconds most) const;

    std::vector<shipper::standing> now() const;
    // That may go here: each database has it. A syslog is not waited for: the log is no longer kept for it than for anybody.
    std::uint64_t last_record_to_spare() const;

private:
    struct brought {
        std::unique_ptr<shipper> brings;
        bool is_waited_for;
    };
    std::function<std::uint64_t()> durable_;
    std::vector<brought> all_;
};

} // namespace sealgate::milter
