#include "keys/store/keyring.hpp"

#include "policy/crypto/digest.hpp"
#include "policy/mail/address.hpp"

#include <algorithm>
#include <iterator>
#include <ranges>
#include <stdexcept>
#include <utility>

namespace sealgate::keys {

namespace {

using policy::key_source;

void append(std::vector<std::string>& to, std::vector<std::string> more) { std::ranges::move(more, std::back_inserter(to)); }

std::filesystem::path directory_of(const keyring_places& places, key_source source) {
    return source == key_source::own ? places.own : places.found / std::string(name_of(source));
}

// Where it cannot be read, what was bound before stays so.
std::optional<bindings> bound_now(const keyring_places& places, const keyring* before, std::vector<std::string>& problems) {
    auto read = read_bindings(places.own);
    if (read) return *std::move(read);
    problems.push_back(read.error());
    return before ? before->bound() : std::nullopt;
}

policy::certificate_changes all_added(const catalogue& fresh) {
    policy::certificate_changes out;
    fresh.each([&](const stored_certificate& one) { out.added.push_back(one.cert.fingerprint); });
    return out;
}

} // namespace

keyring::keyring(std::vector<shelf> shelves, trust how)
    : shelves_(std::move(shelves))
    , trust_(std::move(how)) {}

bool keyring::is_used(key_source source) const {
    return source == key_source::own || std::ranges::find(trust_.in_use, source) != trust_.in_use.end();
}

std::optional<std::string> keyring::bound_to(std::string_view address_key) const {
    if (!trust_.bound) return std::nullopt;
    return trust_.bound->of(address_key, base_of(address_key));
}

std::optional<std::string> keyring::pinned_for(std::string_view address_key) const {
    if (!trust_.pinned) return "";
    try {
        return trust_.pinned->of(address_key);
    } catch (const std::runtime_error&) { // what is wrong with them, sealgate check says
        return std::nullopt;
    }
}

std::string keyring::base_of(std::string_view address_key) const {
    return policy::without_extension(address_key, trust_.delimiters);
}

std::shared_ptr<const catalogue> keyring::of(key_source source) const {
    const auto at = std::ranges::find(shelves_, source, &shelf::source);
    return at == shelves_.end() ? nullptr : at->certificates;
}

std::size_t keyring::count() const {
    std::size_t out = 0;
    for (const auto& one : shelves_) out += one.certificates->count();
    return out;
}

std::string keyring::digest() const {
    const bool binds = trust_.bound && !trust_.bound->all().empty();
    if (shelves_.size() == 1 && !binds) return own().digest();
    std::string all = binds ? to_text(*trust_.bound) : std::string{};
    for (const auto& one : shelves_) all.append(name_of(one.source)).append(" ").append(one.certificates->digest()) += '\n';
    return sha256_hex(all);
}

void keyring::each(const std::function<void(const stored_certificate&)>& take) const {
    for (const auto& one : shelves_) one.certificates->each(take);
}

policy::certificate_changes keyring::changes_since(const keyring& before) const {
    policy::certificate_changes out;
    for (const auto& one : shelves_) {
        const auto old = before.of(one.source);
        auto some = old ? one.certificates->changes_since(*old) : all_added(*one.certificates);
        append(out.added, std::move(some.added));
        append(out.changed, std::move(some.changed));
        append(out.removed, std::move(some.removed));
    }
    return out;
}

bool keyring::is_same_as(const keyring& other) const {
    return trust_.bound == other.trust_.bound &&
           std::ranges::equal(shelves_, other.shelves_, [](const shelf& a, const shelf& b) {
               return a.source == b.source && a.certificates->is_same_as(*b.certificates);
           });
}

// As it stands after what all stores say of it: revoked anywhere, it is revoked. Whether it is disabled the organisation's own
// store says, where it has it, and else any.
shared_certificate keyring::judged_by_all(shared_certificate one, candidates& doubts) const {
    auto marked = *one;
    std::optional<bool> organisation_disabled_it;
    if (one->source == key_source::own) organisation_disabled_it = one->cert.disabled;
    for (const auto& other : shelves_) {
        if (other.source == one->source) continue;
        const auto [same, in_doubt, uncertain] = other.certificates->of_fingerprint(one->cert.fingerprint);
        doubts.in_doubt = doubts.in_doubt || in_doubt;
        doubts.uncertain = doubts.uncertain || uncertain;
        if (same.empty()) continue;
        // Of what gpg cannot read here nobody has verified a revocation.
        if (!same.front()->cert.addressing_only || other.source == key_source::own)
            marked.cert.revoked = marked.cert.revoked || same.front()->cert.revoked;
        if (other.source == key_source::own)
            organisation_disabled_it = same.front()->cert.disabled;
        else
            marked.cert.disabled = marked.cert.disabled || same.front()->cert.disabled;
    }
    marked.cert.disabled = organisation_disabled_it.value_or(marked.cert.disabled);
    if (organisation_disabled_it.value_or(false)) marked.source = key_source::own;
    const bool is_as_it_was = marked.cert.revoked == one->cert.revoked && marked.cert.disabled == one->cert.disabled;
    return is_as_it_was ? std::move(one) : std::make_shared<const stored_certificate>(std::move(marked));
}

key_lookup::candidates keyring::judged_by_all(candidates some) const {
    if (shelves_.size() == 1) return some;
    for (auto& one : some.all) one = judged_by_all(std::move(one), some);
    return some;
}

key_lookup::candidates keyring::naming(std::string_view address_key) const {
    candidates out;
    for (const auto& one : shelves_) {
        auto [found, in_doubt, uncertain] = one.certificates->naming(address_key);
        if (is_used(one.source)) {
            out.in_doubt = out.in_doubt || in_doubt;
            out.uncertain = out.uncertain || uncertain;
        }
        std::ranges::move(found, std::back_inserter(out.all));
    }
    return judged_by_all(std::move(out));
}

key_lookup::candidates keyring::of_fingerprint(std::string_view fingerprint) const {
    candidates out;
    for (const auto& one : shelves_) {
        auto [found, in_doubt, uncertain] = one.certificates->of_fingerprint(fingerprint);
        out.in_doubt = out.in_doubt || (in_doubt && out.all.empty());
        out.uncertain = out.uncertain || (uncertain && out.all.empty());
        std::ranges::move(found, std::back_inserter(out.all));
    }
    return judged_by_all(std::move(out));
}

std::filesystem::path pins_file(const keyring_places& places) { return places.trust / "pins.sqlite"; }

std::filesystem::path evidence_file(const keyring_places& places) { return places.trust / "evidence.sqlite"; }

std::vector<std::filesystem::path> directories_of(const keyring_places& places) {
    std::vector<std::filesystem::path> out{places.own, places.found};
    for (const auto& [source, name] : names(key_source{}))
        if (source != key_source::own) out.push_back(directory_of(places, source));
    return out;
}

store store_of(const keyring_places& places, key_source source, const gpg_options& gpg, policy::key_minimum minimum) {
    return {directory_of(places, source), gpg, minimum, source, wish_notes(places.wishes)};
}

opened_keyring open_keyring(const keyring_places& places, const gpg_options& gpg, const policy::encryption& how, reading what,
                            const keyring* before, std::optional<key_source> only) {
    std::vector<keyring::shelf> shelves;
    std::vector<std::string> problems;
    for (const auto& [source, name] : names(key_source{})) {
        const auto from = store_of(places, source, gpg, how.minimum);
        const auto known = before ? before->of(source) : nullptr;
        if (only && source != *only) {
            if (known) append(problems, known->findings().problems);
            if (known) shelves.push_back({.source = source, .certificates = known});
            continue;
        }
        if (source != key_source::own && !known && !std::filesystem::exists(from.directory())) continue;
        auto [certificates, some] = from.open(what, known.get());
        shelves.push_back({.source = source, .certificates = std::move(certificates)});
        append(problems, std::move(some));
    }
    auto bound = bound_now(places, before, problems);
    const auto pinned = before && before->pinned() ? before->pinned() : std::make_shared<pins>(pins_file(places));
    keyring::trust trust{
        .in_use = how.keys, .delimiters = how.recipient_delimiter, .bound = std::move(bound), .pinned = pinned};
    return {.certificates = std::make_shared<const keyring>(std::move(shelves), std::move(trust)),
            .problems = std::move(problems)};
}

opened_keyring keyring_of(opened_store own) {
    std::vector<keyring::shelf> shelves{{.source = key_source::own, .certificates = std::move(own.certificates)}};
    return {.certificates = std::make_shared<const keyring>(std::move(shelves), keyring::trust{}),
            .problems = std::move(own.problems)};
}

} // namespace sealgate::keys
