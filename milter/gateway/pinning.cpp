#include "milter/gateway/pinning.hpp"

#include "keys/store/evidence.hpp"
#include "milter/base/decision_id.hpp"
#include "milter/journal/log.hpp"

#include <stdexcept>
#include <utility>

namespace sealgate::milter {

namespace {

policy::key_news news_of(const keys::pin& one) {
    return {.time = one.since,
            .what = policy::key_news_kind::changed,
            .address = one.address,
            .fingerprint = one.fingerprint,
            .replaces = one.replaces,
            .source = one.source};
}

// It explains, and is no reason to fail.
std::string place_of(const keys::pin& one, const keys::evidence_book& book) {
    try {
        return book.place_of(one.source, one.fingerprint);
    } catch (const std::runtime_error&) { // sqlite_error, system_error
        return {};
    }
}

policy::key_event_facts event_of(const keys::pin& one, const keys::evidence_book& book, const policy::pseudonyms& names) {
    return {.time = one.since,
            .what = policy::key_change::changed,
            .id = new_decision_id(),
            .fingerprint = names.of_text(one.fingerprint),
            .addresses = {names.of(policy::parse_address(one.address))},
            .user = {},
            .source = one.source,
            .evidence = names.of_text(place_of(one, book)),
            .replaces = names.of_text(one.replaces),
            .standing = policy::key_standing::pinned};
}

} // namespace

std::vector<keys::pin> pins_due(const judgement& judged, keys::time_point now) {
    std::vector<keys::pin> out;
    for (std::size_t i = 0; i < judged.made.recipients.size(); ++i) {
        const auto& key = judged.keys[i];
        if (judged.made.recipients[i].result != policy::outcome::seal || key.standing != policy::key_standing::found) continue;
        out.push_back(
            {.address = key.address, .fingerprint = key.stored->cert.fingerprint, .since = now, .source = key.stored->source});
    }
    return out;
}

void pin_found(const snapshot& live, std::vector<keys::pin> fresh, const audience& told) {
    const auto places = key_places(live.gateway);
    const auto announce = [&](const std::vector<keys::pin>& replacing) {
        const keys::evidence_book book(keys::evidence_file(places));
        std::vector<policy::key_event_facts> events;
        std::vector<policy::key_news> news;
        for (const auto& one : replacing) {
            events.push_back(event_of(one, book, told.names));
            news.push_back(news_of(one));
        }
        told.leave(events);
        note_news(news, places);
    };
    for (const auto& one : live.certificates->pinned()->put(std::move(fresh), announce))
        if (!one.replaces.empty())
            log_line("keys: mail to " + one.address + " is encrypted to " + one.fingerprint + " from now on, no longer to " +
                     one.replaces);
}

} // namespace sealgate::milter
