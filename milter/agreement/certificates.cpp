#include "milter/agreement/certificates.hpp"

#include "keys/base/clock.hpp"
#include "keys/certificates/one_address.hpp"
#include "milter/agreement/certificate_value.hpp"
#include "milter/base/decision_id.hpp"
#include "milter/journal/log.hpp"
#include "policy/base/text.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace sealgate::milter {

namespace {

using policy::key_source;
using enum certificate_use;

std::vector<std::string> joined(policy::certificate_changes changes) {
    auto out = std::move(changes.added);
    for (auto* more : {&changes.changed, &changes.removed}) std::ranges::move(*more, std::back_inserter(out));
    return out;
}

// What counts, of what is here and what another gateway says.
certificate_use more_careful(const agreed_kind::word& one, certificate_use theirs, certificate_use ours) {
    return one.is_changed_here ? std::max(theirs, ours) : theirs;
}

} // namespace

agreed_certificates::agreed_certificates(key_source source, agreement_surroundings with)
    : source_(source)
    , kind_("certificate:" + std::string(name_of(source)))
    , with_(std::move(with)) {}

keys::store agreed_certificates::store() const {
    const auto live = with_.live();
    return keys::store_of(key_places(live->gateway), source_, {}, live->rules.encryption.minimum);
}

void agreed_certificates::look(keys::reading what) { seen_ = store().open(what, seen_.get()).certificates; }

std::vector<std::string> agreed_certificates::changed() {
    const auto live = with_.live();
    auto out = keys::removal_notes(key_places(live->gateway).removed).of(source_);
    if (std::exchange(asked_of_, live) == live) return out;
    const auto before = asked_;
    look(keys::reading::as_indexed);
    asked_ = seen_;
    if (before)
        std::ranges::move(joined(seen_->changes_since(*before)), std::back_inserter(out));
    else
        seen_->each([&](const keys::stored_certificate& one) { out.push_back(one.cert.fingerprint); });
    return out;
}

keys::shared_certificate agreed_certificates::stored(const std::string& fingerprint) const {
    const auto found = seen_->of_fingerprint(fingerprint).all;
    return found.empty() ? nullptr : found.front();
}

std::string agreed_certificates::here(const std::string& fingerprint) {
    const auto places = key_places(with_.live()->gateway);
    const auto one = stored(fingerprint);
    if (!one) return keys::removal_notes(places.removed).has(source_, fingerprint) ? to_text({.use = removed}) : std::string{};
    certificate_value out{.use = one->cert.disabled ? disabled : enabled, .binary = *one->binary};
    if (source_ != key_source::own)
        try_evidence("where keys were found cannot be read", [&] {
            for (auto& seen : keys::evidence_book(keys::evidence_file(places)).of(fingerprint))
                if (seen.source == source_) out.found.push_back(std::move(seen));
        });
    return to_text(out);
}

std::string_view agreed_certificates::told_apart_by(std::string_view value) const { return without_evidence(value); }

bool agreed_certificates::adds(const std::string& here, const std::string& taken) const {
    const auto ours = parse_certificate_value(here), theirs = parse_certificate_value(taken);
    if (!ours || !theirs) return false;
    return ours->use != theirs->use || keys::brings_more(theirs->binary, ours->binary);
}

void agreed_certificates::settled(const std::string& fingerprint) {
    keys::removal_notes(key_places(with_.live()->gateway).removed).forget(source_, fingerprint);
}

void agreed_certificates::take(const std::vector<word>& words) {
    std::vector<certificate_use> before;
    for (const auto& one : words) before.push_back(parse_certificate_value(here(one.name)).value_or(certificate_value{}).use);
    import(words);
    look(keys::reading::as_indexed);
    bool is_changed = false;
    for (std::size_t i = 0; i < words.size(); ++i) is_changed = follow_use(words[i], before[i]) || is_changed;
    if (is_changed) look(keys::reading::at_once);
}

void agreed_certificates::import(const std::vector<word>& words) {
    std::string all;
    for (const auto& one : words) {
        const auto theirs = parse_certificate_value(one.value);
        if (!theirs) log_warning("a certificate of " + one.gateway + " is of another form, and is not taken: " + one.name);
        if (!theirs || theirs->use == removed) continue;
        all += theirs->binary;
    }
    if (all.empty()) return;
    const auto report = store().import(all, [&](const keys::import_report& of) {
        std::vector<keys::certificate> fresh;
        for (const auto& one : of.certificates)
            if (is_news(one)) fresh.push_back(one.cert);
        tell(source_ == key_source::own ? policy::key_change::import : policy::key_change::found, fresh, words);
    });
    if (!report && words.size() > 1) { // one of them is to blame
        for (const auto& one : words) import({one});
        return;
    }
    if (!report)
        return log_warning("a certificate of another gateway was not taken: " + words.front().name + ": " + report.error());
    for (const auto& problem : report->problems) log_warning("certificates of other gateways: " + problem);
    if (source_ == key_source::own) return;
    for (const auto& one : words) note_evidence(one);
}

void agreed_certificates::note_evidence(const word& one) const {
    auto seen = parse_certificate_value(one.value).value_or(certificate_value{}).found;
    for (auto& each : seen) {
        each.source = source_;
        each.fingerprint = one.name;
        each.last = each.asked = keys::this_second();
    }
    if (seen.empty()) return;
    try_evidence("where keys were found cannot be noted",
                 [&] { keys::evidence_book(keys::evidence_file(key_places(with_.live()->gateway))).note(seen); });
}

// The certificate itself is here by now, with all that either of them had. Whether anything was changed.
bool agreed_certificates::follow_use(const word& one, certificate_use before) {
    const auto theirs = parse_certificate_value(one.value);
    const auto ours = stored(one.name);
    if (!theirs || !ours) return false;
    const auto now = ours->cert.disabled ? disabled : enabled;
    const auto wanted = more_careful(one, theirs->use, before);
    const bool is_kept = wanted == removed && one.is_changed_here && ours->cert.revoked;
    if (wanted == now || is_kept) return false;
    if (wanted == removed) {
        remove(one, ours->cert);
        return true;
    }
    const auto change = wanted == disabled ? policy::key_change::disable : policy::key_change::enable;
    const auto availability = wanted == disabled ? keys::availability::disabled : keys::availability::enabled;
    const auto done = store().set(one.name, availability, [&](const std::string&) { tell(change, {ours->cert}, {one}); });
    if (!done) log_warning("certificates of other gateways: " + one.name + ": " + done.error());
    return true;
}

void agreed_certificates::remove(const word& one, const keys::certificate& cert) {
    const auto done = store().remove(one.name, [&](const std::string&) { tell(policy::key_change::remove, {cert}, {one}); });
    if (!done) log_warning("certificates of other gateways: " + one.name + ": " + done.error());
    if (source_ == key_source::own) return;
    try_evidence("that a key is gone cannot be noted", [&] {
        keys::evidence_book(keys::evidence_file(key_places(with_.live()->gateway))).forget(source_, one.name);
    });
}

void agreed_certificates::tell(policy::key_change what, const std::vector<keys::certificate>& of,
                               const std::vector<word>& words) const {
    const auto live = with_.live();
    const auto now = keys::this_second();
    std::vector<policy::key_event_facts> events;
    for (const auto& cert : of) {
        const auto from = std::ranges::find(words, cert.fingerprint, &word::name);
        const auto theirs = from == words.end() ? std::nullopt : parse_certificate_value(from->value);
        policy::key_event_facts event{.time = std::chrono::system_clock::now(),
                                      .what = what,
                                      .id = new_decision_id(),
                                      .fingerprint = with_.told.names.of_text(cert.fingerprint),
                                      .addresses = {},
                                      .user = {},
                                      .source = source_,
                                      .gateway = from == words.end() ? std::string{} : from->gateway};
        for (const auto& address : cert.addresses)
            event.addresses.push_back(with_.told.names.of(policy::parse_address(address)));
        if (theirs && !theirs->found.empty()) {
            event.evidence = with_.told.names.of_text(theirs->found.front().place);
            event.standing =
                live->certificates
                    ->outlook_with(theirs->found.front().address, {.cert = cert, .binary = nullptr, .source = source_}, now)
                    .standing;
        }
        events.push_back(std::move(event));
    }
    if (!events.empty()) with_.told.leave(events);
}

} // namespace sealgate::milter
