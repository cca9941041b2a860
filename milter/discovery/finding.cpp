#include "milter/discovery/finding.hpp"

#include "policy/base/text.hpp"

#include <utility>

namespace sealgate::milter {

namespace {

lookup_outcome outcome_of(const source_answer& answer) {
    switch (answer.kind) {
    case source_answer::outcome::found: return lookup_outcome::found;
    case source_answer::outcome::none: return lookup_outcome::none;
    case source_answer::outcome::failed: return lookup_outcome::failed;
    }
    std::unreachable();
}

} // namespace

https_settings https_settings_of(const discover_settings& from, std::stop_token given_up) {
    return {.ca_file = from.ca, .proxy = from.proxy, .allow = from.allow, .given_up = std::move(given_up)};
}

finding find_certificates(https_client& client, const policy::address& whose, const keys::keyring_places& places,
                          const policy::encryption& how, std::chrono::steady_clock::time_point deadline) {
    auto said = ask_wkd(client, whose, deadline);
    finding out{.what = outcome_of(said),
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

} // namespace sealgate::milter
