#include "milter/sinks/sinks.hpp"

#include "milter/sinks/database_destination.hpp"
#include "milter/sinks/syslog_destination.hpp"

#include <algorithm>
#include <thread>
#include <variant>

namespace sealgate::milter {

namespace {

destination_maker way_to(const database_url& database, const config& gateway) {
    return [database, name = gateway_name(gateway), checkpoints = gateway.audit.checkpoints](int stop) {
        return std::make_unique<database_destination>(database, name, checkpoints, stop);
    };
}

destination_maker way_to(const syslog_url& syslog, const config& gateway) {
    const auto progress = std::make_shared<syslog_progress>(gateway.sinks_directory(), syslog);
    return [syslog, progress, name = gateway_name(gateway)](int stop) {
        return std::make_unique<syslog_destination>(syslog, name, *progress, stop);
    };
}

} // namespace

const database_url* first_database(const audit_settings& of) {
    for (const auto& sink : of.sinks)
        if (const auto* database = std::get_if<database_url>(&sink)) return database;
    return nullptr;
}

log_sinks::log_sinks(const config& gateway, const std::function<std::uint64_t()>& durable,
                     const std::function<void(std::string_view)>& complain)
    : durable_(durable) {
    for (const auto& sink : gateway.audit.sinks)
        all_.push_back({.brings = std::make_unique<shipper>(
                            shipping{.shown = shown(sink),
                                     .connect = std::visit([&](const auto& to) { return way_to(to, gateway); }, sink),
                                     .log = gateway.audit_directory(),
                                     .durable = durable,
                                     .complain = complain}),
                        .is_waited_for = std::holds_alternative<database_url>(sink)});
}

void log_sinks::bring_the_rest(std::chrono::milliseconds most) const {
    constexpr std::chrono::milliseconds between_looks{20};
    const auto last = durable_();
    const auto is_on_its_way = [last](const brought& one) {
        const auto how = one.brings->now();
        return how.last_record < last && how.problem.empty();
    };
    for (auto left = most; left.count() > 0 && std::ranges::any_of(all_, is_on_its_way); left -= between_looks)
        std::this_thread::sleep_for(between_looks);
}

std::uint64_t log_sinks::last_record_to_spare() const {
    std::uint64_t out = UINT64_MAX;
    for (const auto& one : all_)
        if (one.is_waited_for) out = std::min(out, one.brings->now().last_record);
    return out;
}

std::vector<shipper::standing> log_sinks::now() const {
    std::vector<shipper::standing> out;
    for (const auto& one : all_) out.push_back(one.brings->now());
    return out;
}

} // namespace sealgate::milter
