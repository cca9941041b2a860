#include "milter/agreement/trust.hpp"

#include "keys/base/clock.hpp"
#include "milter/base/decision_id.hpp"

#include <algorithm>
#include <stdexcept>

namespace sealgate::milter {

namespace {

constexpr std::chrono::hours before_the_last{1}; // a clock was set back, or a pin was long in being made

policy::key_event_facts event_of(policy::key_change what, const std::string& fingerprint, std::string whose,
                                 const agreed_kind::word& one, const policy::pseudonyms& names) {
    return {.time = std::chrono::system_clock::now(),
            .what = what,
            .id = new_decision_id(),
            .fingerprint = names.of_text(fingerprint),
            .addresses = {std::move(whose)},
            .user = {},
            .gateway = one.gateway};
}

} // namespace

const keys::bindings::map& agreed_bindings::read() {
    const auto state = keys::state_of(keys::bindings_file(directory()));
    if (state == file_ && state != keys::file_state{}) return read_;
    auto all = keys::read_bindings(directory());
    if (!all) throw std::runtime_error(all.error());
    read_ = all->all();
    file_ = state;
    return read_;
}

std::vector<std::string> agreed_bindings::changed() {
    const auto live = with_.live();
    auto out = with_.wishes().of(keys::wish_to_unbind);
    if (seen_of_ == live) return out;
    const auto& now = read();
    for (const auto& [whose, fingerprint] : now)
        if (const auto old = seen_.find(whose); old == seen_.end() || old->second != fingerprint) out.push_back(whose);
    for (const auto& [whose, fingerprint] : seen_)
        if (!now.contains(whose)) out.push_back(whose);
    seen_ = now;
    seen_of_ = live;
    return out;
}

std::optional<std::string> agreed_bindings::here(const std::string& whose) {
    const auto& all = read();
    if (const auto found = all.find(whose); found != all.end()) return found->second;
    return with_.wishes().has(keys::wish_to_unbind, whose) ? gone() : std::string{};
}

void agreed_bindings::settled(const std::string& whose, const std::string& value) {
    if (value == gone()) with_.wishes().forget(keys::wish_to_unbind, whose);
}

std::vector<std::string> agreed_bindings::take(const std::vector<word>& words) {
    const keys::store own(directory(), {});
    if (const auto lost = own.loss_now(); !lost.empty()) throw std::runtime_error(lost);
    std::vector<std::string> out(words.size());
    std::vector<word> fresh;
    for (std::size_t i = 0; i < words.size(); ++i) {
        const auto& [name, value, gateway, is_changed_here] = words[i];
        const bool is_one = keys::binding_key(name) == name && (value == gone() || keys::canonical_fingerprint(value) == value);
        if (!is_one) out[i] = of_another_form(words[i]);
        const bool is_unbound_here = is_one && value == gone() && here(name) == std::string{};
        if (is_one && !is_unbound_here && here(name) != value) fresh.push_back(words[i]);
    }
    if (fresh.empty()) return out;
    const auto change = [&](keys::bindings::map& all) {
        for (const auto& one : fresh) put(one, all);
    };
    const auto done = keys::change_bindings(directory(), change, [&] {
        for (const auto& one : fresh) tell(one);
        for (const auto& one : fresh) with_.wishes().forget(keys::wish_to_unbind, one.name);
    });
    if (!done) throw std::runtime_error(done.error());
    change(seen_);
    return out;
}

void agreed_bindings::put(const word& one, keys::bindings::map& into) const {
    if (one.value == gone())
        into.erase(one.name);
    else
        into[one.name] = one.value;
}

void agreed_bindings::tell(const word& one) {
    const auto& names = with_.told.names;
    auto whose = one.name.starts_with('@') ? names.of_text(one.name) : names.of(policy::parse_address(one.name));
    const bool is_unbound = one.value == gone();
    const auto before = read_.find(one.name);
    const auto fingerprint = !is_unbound ? one.value : before == read_.end() ? std::string{} : before->second;
    const auto what = is_unbound ? policy::key_change::unbind : policy::key_change::bind;
    with_.told.leave({event_of(what, fingerprint, std::move(whose), one, names)});
}

std::vector<std::string> agreed_pins::changed() {
    const auto live = with_.live();
    const auto file = keys::pins_file(key_places(live->gateway));
    const auto state = keys::state_of(file), ahead = keys::state_of(file.string() + "-wal");
    if (seen_ && file_ == state && written_ahead_ == ahead) return {};
    const auto before = seen_.value_or(keys::time_point(before_the_last));
    auto last = before;
    std::vector<std::string> out;
    for (const auto& one : live->certificates->pinned()->since(before - before_the_last)) {
        out.push_back(one.address);
        last = std::max(last, std::min(one.since, keys::this_second()));
    }
    file_ = state;
    written_ahead_ = ahead;
    seen_ = last;
    return out;
}

std::optional<std::string> agreed_pins::here(const std::string& address_key) {
    return with_.live()->certificates->pinned()->of(address_key);
}

// Whoever replaces a pin keeps what it was; where the file was lost, there is a first one again.
bool agreed_pins::is_meant(const std::string& address_key, const std::string&, const std::string& agreed_digest) {
    const auto one = with_.live()->certificates->pinned()->whole(address_key);
    return agreed_digest.empty() || (one && !one->replaces.empty());
}

std::vector<std::string> agreed_pins::take(const std::vector<word>& words) {
    std::vector<std::string> out(words.size());
    std::vector<keys::pin> fresh;
    for (std::size_t i = 0; i < words.size(); ++i) {
        const auto& [name, value, gateway, is_changed_here] = words[i];
        if (keys::canonical_fingerprint(value) != value || value.empty())
            out[i] = of_another_form(words[i]);
        else if (here(name) != value)
            fresh.push_back({.address = name, .fingerprint = value, .since = keys::this_second()});
    }
    if (!fresh.empty())
        with_.live()->certificates->pinned()->put(std::move(fresh), [&](const auto& replacing) { tell(replacing, words); });
    return out;
}

void agreed_pins::tell(const std::vector<keys::pin>& replacing, const std::vector<word>& words) const {
    const auto& names = with_.told.names;
    std::vector<policy::key_event_facts> events;
    for (const auto& one : replacing) {
        const auto from = std::ranges::find(words, one.address, &word::name);
        auto event =
            event_of(policy::key_change::changed, one.fingerprint, names.of(policy::parse_address(one.address)), *from, names);
        const auto stored = with_.live()->certificates->of_fingerprint(one.fingerprint).all;
        if (!stored.empty()) event.source = stored.front()->source;
        event.replaces = names.of_text(one.replaces);
        event.standing = policy::key_standing::pinned;
        events.push_back(std::move(event));
    }
    with_.told.leave(events);
}

} // namespace sealgate::milter
