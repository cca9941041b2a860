#include "milter/agreement/fleet_ties.hpp"

#include "keys/base/files.hpp"
#include "milter/agreement/certificates.hpp"
#include "milter/agreement/notices.hpp"
#include "milter/agreement/trust.hpp"
#include "milter/sinks/sinks.hpp"
#include "policy/base/names.hpp"

#include <utility>

namespace sealgate::milter {

namespace {

// Certificates first: what is said of one is taken behind it.
std::vector<std::unique_ptr<agreed_kind>> all_kinds(const agreement_surroundings& with, notice_ledger& ledger) {
    std::vector<std::unique_ptr<agreed_kind>> out;
    for (const auto& [source, name] : names(policy::key_source{}))
        out.push_back(std::make_unique<agreed_certificates>(source, with));
    out.push_back(std::make_unique<agreed_bindings>(with));
    out.push_back(std::make_unique<agreed_pins>(with));
    out.push_back(std::make_unique<agreed_notices>(ledger, with));
    return out;
}

} // namespace

fleet_ties::fleet_ties(std::shared_ptr<const snapshot> live, thread_sharing::listener hear, audience told,
                       notice_ledger& ledger, const std::function<void(std::string_view)>& complain)
    : live_(live)
    , threads_(sharing_of(live->gateway, std::move(hear), complain)) {
    const auto& gateway = live->gateway;
    const auto* database = first_database(gateway.audit);
    if (!database || gateway.fleet_key.empty()) return;
    keys::make_private_directory(gateway.sinks_directory());
    const agreement_surroundings with{.live = [this] { return live_.load(); }, .told = std::move(told)};
    agreement_ = std::make_unique<agreeing>(
        agreeing::surroundings{.gateway = gateway_name(gateway),
                               .database = *database,
                               .key = gateway.fleet_key,
                               .book = std::filesystem::path(gateway.sinks_directory()) / "agreed.sqlite",
                               .kinds = all_kinds(with, ledger),
                               .complain = complain});
}

void fleet_ties::stop() noexcept {
    if (threads_) threads_->stop();
    if (agreement_) agreement_->stop();
}

std::vector<std::string> fleet_ties::problems() const {
    std::vector<std::string> out;
    const auto add = [&](const auto& of, const std::string& what) {
        if (of && !of->problem().empty()) out.push_back(what + ": " + of->problem());
    };
    add(threads_, "which mails of other gateways are sensitive is not known");
    add(agreement_, "certificates are not shared with other gateways");
    return out;
}

} // namespace sealgate::milter
