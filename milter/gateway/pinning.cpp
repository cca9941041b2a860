#include "milter/gateway/pinning.hpp"

#include "keys/store/evidence.hpp"
#include "milter/base/decision_id.hpp"
#include "milter/base/log.hpp"
#include "milter/discovery/finding.hpp"

#include <chrono>
#include <utility>

namespace sealgate::milter {

namespace {

policy::key_news news_of(const keys::pin& one, policy::key_source source) {
    return {.time = one.since,
            .what = policy::key_news_kind::changed,
            .address = one.address,
            .fingerprint = one.fingerprint,
            .replaces = one.replaces,
            .source = source};
}

} // namespace

std::vector<policy::key_event_facts> pin_found(const snapshot& live, std::vector<keys::pin> fresh,
                                               const policy::pseudonyms& names) {
    std::vector<policy::key_event_facts> events;
    std::vector<policy::key_news> news;
    keys::evidence_book book(keys::evidence_file(key_places(live.gateway)));
    for (const auto& one : live.certificates->pinned()->put(std::move(fresh))) {
        if (one.replaces.empty()) continue;
        const auto seen = book.of(one.fingerprint);
        const auto source = seen.empty() ? policy::key_source::wkd : seen.front().source;
        log_line("keys: mail to " + one.address + " is encrypted to " + one.fingerprint + " from now on, no longer to " +
                 one.replaces);
        events.push_back({.time = std::chrono::system_clock::now(),
                          .what = policy::key_change::changed,
                          .id = new_decision_id(),
                          .fingerprint = names.of_text(one.fingerprint),
                          .addresses = {names.of(policy::parse_address(one.address))},
                          .user = {},
                          .source = source,
                          .evidence = seen.empty() ? std::string{} : names.of_text(seen.front().place),
                          .replaces = names.of_text(one.replaces),
                          .standing = policy::key_standing::pinned});
        news.push_back(news_of(one, source));
    }
    note_news(news, key_places(live.gateway));
    return events;
}

} // namespace sealgate::milter
