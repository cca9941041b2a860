#include "milter/agreement/certificates.hpp"

#include "keys/base/clock.hpp"
#include "keys/base/files.hpp"
#include "keys/certificates/one_address.hpp"
#include "keys/certificates/transferable_key.hpp"
#include "milter/base/decision_id.hpp"

#include <algorithm>
#include <iterator>
#include <stdexcept>
#include <utility>

namespace sealgate::milter {

namespace {

using policy::key_source;
using enum certificate_use;

constexpr std::chrono::days removal_is_told_for{90}; // of one that was found: it may be found again

std::vector<std::string> joined(policy::certificate_changes changes) {
    auto out = std::move(changes.added);
    for (auto* more : {&changes.changed, &changes.removed}) std::ranges::move(*more, std::back_inserter(out));
    return out;
}

} // namespace

agreed_certificates::agreed_certificates(key_source source, agreement_surroundings with)
    : source_(source)
    , kind_("certificate:" + std::string(policy::name_of(source)))
    , with_(std::move(with)) {}

keys::store agreed_certificates::store() const {
    const auto live = with_.live();
    return keys::store_of(key_places(live->gateway), source_, {}, live->rules.encryption.minimum);
}

std::filesystem::path agreed_certificates::marker(const std::string& fingerprint) const {
    return keys::disabled_marker(store().directory(), fingerprint);
}

std::vector<std::string> agreed_certificates::changed() {
    const auto live = with_.live();
    auto out = with_.wishes().of(keys::wish_to_remove(source_));
    std::ranges::move(with_.wishes().of(keys::wish_to_enable(source_)), std::back_inserter(out));
    if (asked_ && asked_of_ == live) return out;
    auto now = store().open(keys::reading::as_indexed, asked_.get()).certificates;
    if (asked_)
        std::ranges::move(joined(now->changes_since(*asked_)), std::back_inserter(out));
    else
        now->each([&](const keys::stored_certificate& one) { out.push_back(one.cert.fingerprint); });
    asked_ = std::move(now);
    asked_of_ = live;
    return out;
}

// Nothing where it is not there. Throws where it cannot be read, or is damaged.
std::optional<certificate_value> agreed_certificates::on_disk(const std::string& fingerprint) const {
    auto content = keys::read_if_there(keys::certificate_file(store().directory(), fingerprint), keys::largest_certificate);
    if (!content) return std::nullopt;
    if (const auto problem = keys::problem_with_stored(*content); !problem.empty()) throw std::runtime_error(problem);
    return certificate_value{.use = std::filesystem::exists(marker(fingerprint)) ? disabled : enabled,
                             .binary = *std::move(content)};
}

std::optional<std::string> agreed_certificates::here(const std::string& fingerprint) {
    if (keys::canonical_fingerprint(fingerprint) != fingerprint) return std::string{};
    if (const auto one = on_disk(fingerprint)) return to_text(*one);
    const auto from = store();
    if (!std::filesystem::exists(keys::lock_of_store(from.directory())))
        if (const auto lost = from.loss_now(); !lost.empty()) throw std::runtime_error(lost);
    return with_.wishes().has(keys::wish_to_remove(source_), fingerprint) ? gone() : std::string{};
}

// A mark that is lost enables nothing.
bool agreed_certificates::is_meant(const std::string& fingerprint, const std::string& here, const std::string& agreed_digest) {
    auto value = parse_certificate_value(here);
    if (!value || value->use != enabled || with_.wishes().has(keys::wish_to_enable(source_), fingerprint)) return true;
    value->use = disabled;
    return digest_of(*this, to_text(*value)) != agreed_digest;
}

std::string agreed_certificates::offered(const std::string& fingerprint, std::string here) {
    auto value = parse_certificate_value(here);
    if (source_ == key_source::own || !value || value->use == removed) return here;
    try_evidence("where keys were found cannot be read", [&] {
        for (auto& seen : keys::evidence_book(keys::evidence_file(with_.places())).of(fingerprint))
            if (seen.source == source_) value->found.push_back(std::move(seen));
    });
    return to_text(*value);
}

bool agreed_certificates::adds(const std::string& here, const std::string& taken) const {
    const auto ours = parse_certificate_value(here), theirs = parse_certificate_value(taken);
    if (!ours || !theirs) return false;
    return ours->use != theirs->use || keys::brings_more(theirs->binary, ours->binary);
}

void agreed_certificates::settled(const std::string& fingerprint, const std::string& value) {
    if (value == gone()) return with_.wishes().forget(keys::wish_to_remove(source_), fingerprint);
    const auto agreed_on = parse_certificate_value(value);
    if (!agreed_on) return;
    store().forget_removal(fingerprint);
    if (agreed_on->use == enabled) with_.wishes().forget(keys::wish_to_enable(source_), fingerprint);
}

std::optional<std::chrono::sys_seconds> agreed_certificates::needed_until(const std::string& value) const {
    if (source_ == key_source::own || value != gone()) return std::nullopt;
    return keys::this_second() + removal_is_told_for;
}

std::vector<std::string> agreed_certificates::take(const std::vector<word>& words) {
    if (const auto lost = store().loss_now(); !lost.empty()) throw std::runtime_error(lost);
    std::vector<meeting> all;
    for (const auto& one : words) all.push_back(meet(one));
    import(all);
    for (auto& one : all)
        if (one.why_not.empty()) follow(one);
    std::vector<std::string> out;
    for (auto& one : all) out.push_back(std::move(one.why_not));
    return out;
}

// What counts, of what is here and what another gateway says.
agreed_certificates::meeting agreed_certificates::meet(const word& one) {
    auto theirs = parse_certificate_value(one.value);
    if (!theirs || keys::canonical_fingerprint(one.name) != one.name)
        return {.of = &one, .theirs = {}, .why_not = of_another_form(one)};
    meeting out{.of = &one, .theirs = *std::move(theirs)};
    if (const auto here = parse_certificate_value(here_of(*this, one.name).value_or(""))) out.ours = here->use;
    if (with_.wishes().has(keys::wish_to_remove(source_), one.name)) out.ours = removed; // also where that is not done yet
    out.wanted = one.is_changed_here && out.ours ? std::max(out.theirs.use, *out.ours) : out.theirs.use;
    return out;
}

// Together, or, where one of them is to blame, each by itself.
void agreed_certificates::import(std::vector<meeting>& all) const {
    std::vector<meeting*> some;
    for (auto& one : all)
        if (one.why_not.empty() && one.theirs.use != removed) some.push_back(&one);
    if (some.empty()) return;
    import_together(some);
    if (some.size() == 1) return;
    for (auto* one : some)
        if (!std::exchange(one->why_not, {}).empty()) import_together({one});
}

void agreed_certificates::import_together(const std::vector<meeting*>& some) const {
    std::string octets;
    std::set<std::string> out_of_use;
    for (const auto* one : some) {
        octets += one->theirs.binary;
        if (one->is_new() && one->wanted != enabled) out_of_use.insert(one->of->name);
    }
    const auto announce = [&](const keys::import_report& of) {
        std::vector<keys::certificate> fresh;
        for (const auto& one : of.certificates)
            if (is_news(one)) fresh.push_back(one.cert);
        tell(source_ == key_source::own ? policy::key_change::import : policy::key_change::found, fresh,
             {some.begin(), some.end()});
    };
    const auto report = store().import(octets, announce, out_of_use);
    for (auto* one : some) {
        const auto is_it = [&](const keys::imported_certificate& taken) { return taken.cert.fingerprint == one->of->name; };
        if (report && std::ranges::any_of(report->certificates, is_it))
            note_evidence(*one);
        else
            one->why_not = !report                    ? report.error()
                           : report->problems.empty() ? "it cannot be read here"
                                                      : report->problems.front();
    }
}

void agreed_certificates::note_evidence(const meeting& one) const {
    if (source_ == key_source::own || one.theirs.found.empty()) return;
    auto seen = one.theirs.found;
    for (auto& each : seen) {
        each.source = source_;
        each.fingerprint = one.of->name;
        each.last = each.asked = keys::this_second();
    }
    try_evidence("where keys were found cannot be noted",
                 [&] { keys::evidence_book(keys::evidence_file(with_.places())).note(seen); });
}

// The certificate itself is here by now, with all that either of them had; a new one out of use, unless it is to be used.
// Whoever changed it meanwhile knew better.
void agreed_certificates::follow(meeting& one) const {
    const auto now = on_disk(one.of->name);
    const auto left = !one.is_new() ? *one.ours : one.wanted == enabled ? enabled : disabled;
    if (!now || now->use != left) return;
    const bool is_kept = one.wanted == removed && one.of->is_changed_here && stored(one.of->name).revoked;
    const auto wanted = is_kept ? enabled : one.wanted;
    if (now->use != wanted)
        change_use(one, wanted);
    else if (one.is_new() && wanted == disabled)
        tell(policy::key_change::disable, {stored(one.of->name)}, {&one});
}

keys::certificate agreed_certificates::stored(const std::string& fingerprint) const {
    const auto all = store().open(keys::reading::at_once).certificates->of_fingerprint(fingerprint).all;
    auto out = all.empty() ? keys::certificate{} : all.front()->cert;
    out.fingerprint = fingerprint;
    return out;
}

void agreed_certificates::change_use(meeting& one, certificate_use wanted) const {
    const auto& name = one.of->name;
    const auto announced = [&](policy::key_change what) {
        return [this, what, &one, cert = stored(name)](const std::string&) { tell(what, {cert}, {&one}); };
    };
    std::expected<std::string, std::string> done = name;
    switch (wanted) {
    case removed: done = store().remove(name, announced(policy::key_change::remove)); break;
    case disabled: done = store().set(name, keys::availability::disabled, announced(policy::key_change::disable)); break;
    case enabled: done = store().set(name, keys::availability::enabled, announced(policy::key_change::enable)); break;
    }
    if (!done) one.why_not = done.error();
    if (wanted != removed || source_ == key_source::own) return;
    try_evidence("that a key is gone cannot be noted",
                 [&] { keys::evidence_book(keys::evidence_file(with_.places())).forget(source_, name); });
}

void agreed_certificates::tell(policy::key_change what, const std::vector<keys::certificate>& of,
                               const std::vector<const meeting*>& by) const {
    const auto live = with_.live();
    std::vector<policy::key_event_facts> events;
    for (const auto& cert : of) {
        const auto from = std::ranges::find(by, cert.fingerprint, [](const meeting* one) { return one->of->name; });
        if (from == by.end()) continue; // another certificate came with it
        const auto& found = (*from)->theirs.found;
        policy::key_event_facts event{.time = std::chrono::system_clock::now(),
                                      .what = what,
                                      .id = new_decision_id(),
                                      .fingerprint = with_.told.names.of_text(cert.fingerprint),
                                      .addresses = {},
                                      .user = {},
                                      .source = source_,
                                      .gateway = (*from)->of->gateway};
        for (const auto& address : cert.addresses)
            event.addresses.push_back(with_.told.names.of(policy::parse_address(address)));
        if (!found.empty()) {
            event.evidence = with_.told.names.of_text(found.front().place);
            const keys::stored_certificate fresh{.cert = cert, .binary = nullptr, .source = source_};
            event.standing = live->certificates->outlook_with(found.front().address, fresh, keys::this_second()).standing;
        }
        events.push_back(std::move(event));
    }
    if (!events.empty()) with_.told.leave(events);
}

} // namespace sealgate::milter
