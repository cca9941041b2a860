#include "milter/discovery/finding.hpp"

#include "milter/base/decision_id.hpp"
#include "policy/base/text.hpp"

#include <utility>

namespace sealgate::milter {

https_settings https_settings_of(const discover_settings& from, std::stop_token given_up) {
    return {.ca_file = from.ca, .proxy = from.proxy, .allow = from.allow, .given_up = std::move(given_up)};
}

finding find_certificates(https_client& client, const policy::address& whose, const keys::keyring_places& places,
                          const policy::encryption& how, std::chrono::steady_clock::time_point deadline) {
    auto said = ask_wkd(client, whose, deadline);
    finding out{.what = said.kind,
                .certificates = {},
                .evidence = std::move(said.evidence),
                .problem = std::move(said.problem),
                .retry_after = said.retry_after};
    if (out.what != lookup_outcome::found) return out;
    auto report = keys::store_of(places, out.source, {}, how.minimum).import(text::join(said.certificates, ""));
    if (report && !report->certificates.empty()) {
        out.certificates = std::move(report->certificates);
        return out;
    }
    out.what = lookup_outcome::none;
    out.problem = out.evidence + ": " +
                  (!report                    ? report.error()
                   : report->problems.empty() ? std::string("no certificate in it can be used")
                                              : report->problems.front());
    return out;
}

std::vector<policy::key_event_facts> events_of(const finding& what, const policy::address& whose,
                                               const policy::pseudonyms& names) {
    std::vector<policy::key_event_facts> out;
    for (const auto& [cert, change] : what.certificates)
        if (change != keys::change::unchanged)
            out.push_back({.time = std::chrono::system_clock::now(),
                           .what = policy::key_change::found,
                           .id = new_decision_id(),
                           .fingerprint = names.of_text(cert.fingerprint),
                           .addresses = {names.of(whose)},
                           .user = {},
                           .source = what.source,
                           .evidence = names.of_text(what.evidence)});
    return out;
}

} // namespace sealgate::milter
