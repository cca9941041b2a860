#include "milter/sinks/sinks.hpp"

#include <algorithm>

namespace sealgate::milter {

log_sinks::log_sinks(const config& gateway, const std::function<std::uint64_t()>& durable,
                     const std::function<void(std::string_view)>& complain) {
    for (const auto& sink : gateway.audit.sinks)
        all_.push_back(std::make_unique<shipper>(shipping{.sink = sink,
                                                          .gateway = gateway_name(gateway),
                                                          .log = gateway.audit_directory(),
                                                          .checkpoints = gateway.audit.checkpoints,
                                                          .durable = durable,
                                                          .complain = complain}));
}

void log_sinks::stop() noexcept {
    for (const auto& one : all_) one->stop();
}

std::uint64_t log_sinks::last_record_of_all() const {
    std::uint64_t out = UINT64_MAX;
    for (const auto& one : all_) out = std::min(out, one->now().last_record);
    return out;
}

std::vector<shipper::standing> log_sinks::now() const {
    std::vector<shipper::standing> out;
    for (const auto& one : all_) out.push_back(one->now());
    return out;
}

} // namespace sealgate::milter
