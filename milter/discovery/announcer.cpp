#include "milter/discovery/announcer.hpp"

#include "keys/base/clock.hpp"
#include "keys/store/evidence.hpp"
#include "milter/audit/event_recorder.hpp"
#include "milter/base/decision_id.hpp"
#include "milter/base/exception_text.hpp"
#include "milter/journal/log.hpp"

#include <stdexcept>
#include <utility>

namespace sealgate::milter {

using policy::key_news_kind;

event_leaver leaver_into(const std::filesystem::path& directory) {
    return [directory](const std::vector<policy::key_event_facts>& events) { leave_key_events(directory, events); };
}

void try_evidence(std::string_view what, const std::function<void()>& work) {
    try {
        work();
    } catch (const std::runtime_error& problem) { // sqlite_error, system_error
        log_warning(std::string(what) + ": " + text_of(problem));
    }
}

void note_news(const std::vector<policy::key_news>& news, const keys::keyring_places& places) {
    try_evidence("what administrators are to be told of keys cannot be noted",
                 [&] { keys::evidence_book(keys::evidence_file(places)).note(news); });
}

announcer::announcer(const policy::address& whose, policy::key_source source, const std::string& evidence,
                     const keys::keyring& certificates, const keys::keyring_places& places, const audience& to)
    : whose_(whose)
    , source_(source)
    , evidence_(evidence)
    , certificates_(certificates)
    , places_(places)
    , to_(to)
    , now_(keys::this_second()) {
    if (const auto found = certificates.find(whose.key(), now_); found.stored) used_ = found.stored->cert.fingerprint;
    for (const auto& one : certificates.all_of(whose.key(), now_)) {
        known_.insert(one->cert.fingerprint);
        if (one->cert.revoked) revoked_.insert(one->cert.fingerprint);
    }
}

void announcer::operator()(const keys::import_report& taken) {
    events_.clear();
    news_.clear();
    for (const auto& [cert, change] : taken.certificates)
        if (change != keys::change::unchanged && told_.insert(cert.fingerprint).second) tell(cert, change);
    if (to_.leave && !events_.empty()) to_.leave(events_);
    note_news(news_, places_);
}

void announcer::tell(const keys::certificate& cert, keys::change change) {
    const bool is_withdrawn = cert.revoked && known_.contains(cert.fingerprint) && !revoked_.contains(cert.fingerprint);
    const auto [standing, is_chosen] =
        certificates_.outlook_with(whose_.key(), {.cert = cert, .binary = nullptr, .source = source_}, now_);
    const bool replaces = is_chosen && !used_.empty() && used_ != cert.fingerprint;
    events_.push_back({.time = std::chrono::system_clock::now(),
                       .what = is_withdrawn ? policy::key_change::revoked : policy::key_change::found,
                       .id = new_decision_id(),
                       .fingerprint = to_.names.of_text(cert.fingerprint),
                       .addresses = {to_.names.of(whose_)},
                       .user = {},
                       .source = source_,
                       .evidence = to_.names.of_text(evidence_),
                       .replaces = replaces ? to_.names.of_text(used_) : std::string{},
                       .standing = standing});
    if (is_withdrawn)
        add_news(cert, key_news_kind::revoked);
    else if (standing == policy::key_standing::proposed && change == keys::change::added &&
             state_at(cert, now_) == policy::key_state::usable)
        add_news(cert, key_news_kind::proposed);
}

void announcer::add_news(const keys::certificate& cert, key_news_kind what) {
    news_.push_back({.time = now_,
                     .what = what,
                     .address = whose_.key(),
                     .fingerprint = cert.fingerprint,
                     .replaces = {},
                     .source = source_});
}

} // namespace sealgate::milter
