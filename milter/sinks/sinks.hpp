// All places where a gateway's audit log goes beside the local one.
// Tested by e2e/test_database.py.
#pragma once

#include "milter/settings/config.hpp"
#include "milter/sinks/shipper.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

namespace sealgate::milter {

class log_sinks {
public:
    // As `gateway` has them when it starts; the log is open. `durable`: its last record that stays, whatever happens. Both are
    // called by any thread.
    log_sinks(const config& gateway, const std::function<std::uint64_t()>& durable,
              const std::function<void(std::string_view)>& complain);

    // The gateway is ending.
    void stop() noexcept;

    std::vector<shipper::standing> now() const;
    // That each of them has; where there are none, any record is.
    std::uint64_t last_record_of_all() const;

private:
    std::vector<std::unique_ptr<shipper>> all_;
};

} // namespace sealgate::milter
