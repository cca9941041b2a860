#include "milter/audit_commands/asked_log.hpp"

#include "milter/audit/reader.hpp"
#include "milter/cli/configured.hpp"
#include "milter/settings/sink_url.hpp"
#include "policy/base/spelling.hpp"
#include "policy/base/text.hpp"

#include <algorithm>
#include <utility>

namespace sealgate::milter {

namespace {

// Those of that name, or all where none is named; nothing after a complaint.
std::optional<std::vector<fleet_gateway>> meant_of(std::vector<fleet_gateway> all, const std::vector<std::string>& names) {
    if (names.empty()) return all;
    std::vector<std::string> known;
    for (const auto& one : all) known.push_back(one.name);
    for (const auto& name : names)
        if (std::ranges::find(known, name) == known.end())
            return complain("--gateway: the database has no log of \"" + text::printable(name) + "\"; it has: " +
                            text::printable(known.empty() ? "none" : text::join(known, ", ")) + did_you_mean(name, known)),
                   std::nullopt;
    std::erase_if(all, [&](const fleet_gateway& one) { return std::ranges::find(names, one.name) == names.end(); });
    return all;
}

} // namespace

bool names_database(const invocation& called) { return called.has("--from") && !text::whole_number(called.value("--from")); }

std::optional<config> configured_to_read(const invocation& called) {
    std::error_code unreadable;
    const bool is_needed = called.has("--config") || std::filesystem::exists(called.config_path, unreadable);
    return names_database(called) && !is_needed ? std::optional(config{}) : configured(called);
}

std::optional<asked_log> asked_log::of(const invocation& called, const config& gateway) {
    asked_log out(gateway.audit_directory());
    const auto names = called.values("--gateway");
    if (!names_database(called)) {
        if (!names.empty())
            return complain("--gateway is of a database with the logs of several: --from postgresql://…"), std::nullopt;
        return out;
    }
    const auto from = called.value("--from");
    if (!from.starts_with("postgres"))
        return complain("--from takes postgresql://ROLE@HOST/DATABASE, of a proof the number of its first record too, not \"" +
                        text::printable(from) + "\""),
               std::nullopt;
    const auto where = parse_database(from);
    if (!where) return complain("--from: " + where.error()), std::nullopt;
    out.fleet_.emplace(*where);
    auto meant = meant_of(out.fleet_->gateways(), names);
    if (!meant) return std::nullopt;
    if (meant->empty()) return complain(where->shown + " has no log of any gateway yet"), std::nullopt;
    out.gateways_ = *std::move(meant);
    out.are_all_ = names.empty() && out.gateways_.size() > 1;
    return out;
}

fleet_question asked_log::question() const {
    fleet_question out;
    if (!are_all_)
        for (const auto& one : gateways_) out.gateways.push_back(one.name);
    return out;
}

audit_search asked_log::search(policy::query asked, const address_resolver& named) const {
    if (!fleet_) return audit_search(files_, std::move(asked), named);
    auto question = this->question();
    question.since = asked.since;
    question.until = asked.until;
    question.ids = asked.ids;
    question.senders = asked.senders;
    return audit_search(fleet_->lines(std::move(question)), std::move(asked), named);
}

std::unique_ptr<log_lines> asked_log::lines(std::optional<std::chrono::system_clock::time_point> since,
                                            std::optional<std::chrono::system_clock::time_point> until) const {
    if (!fleet_) return std::make_unique<audit_reader>(files_);
    auto question = this->question();
    question.since = since;
    question.until = until;
    return fleet_->lines(std::move(question));
}

} // namespace sealgate::milter
