#include "milter/agreement/trust.hpp"

#include "keys/base/clock.hpp"
#include "milter/base/decision_id.hpp"
#include "milter/journal/log.hpp"

#include <algorithm>
#include <stdexcept>

namespace sealgate::milter {

namespace {

constexpr std::string_view none = "none";
constexpr std::chrono::seconds same_second{1}; // a pin that was made in the second of the last look

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

keys::bindings agreed_bindings::read() const {
    auto out = keys::read_bindings(directory());
    if (!out) throw std::runtime_error(out.error());
    return *std::move(out);
}

std::vector<std::string> agreed_bindings::changed() {
    const auto live = with_.live();
    if (std::exchange(seen_of_, live) == live) return {};
    const auto before = std::exchange(seen_, read().all());
    std::vector<std::string> out;
    for (const auto& [whose, fingerprint] : seen_)
        if (const auto old = before.find(whose); old == before.end() || old->second != fingerprint) out.push_back(whose);
    for (const auto& [whose, fingerprint] : before)
        if (!seen_.contains(whose)) out.push_back(whose);
    return out;
}

std::string agreed_bindings::here(const std::string& whose) {
    const auto all = read();
    const auto found = all.all().find(whose);
    return found == all.all().end() ? std::string(none) : found->second;
}

void agreed_bindings::take(const std::vector<word>& words) {
    std::vector<word> fresh;
    for (const auto& one : words) {
        const bool is_one = keys::binding_key(one.name) == one.name &&
                            (one.value == none || keys::canonical_fingerprint(one.value) == one.value);
        if (!is_one) log_warning("a binding of " + one.gateway + " is of another form, and is not taken: " + one.name);
        if (is_one && here(one.name) != one.value) fresh.push_back(one);
    }
    if (fresh.empty()) return;
    const auto change = [&](keys::bindings::map& all) {
        for (const auto& one : fresh) put(one, all);
    };
    const auto done = keys::change_bindings(directory(), change, [&] {
        for (const auto& one : fresh) tell(one);
    });
    if (!done) throw std::runtime_error(done.error());
    change(seen_);
}

void agreed_bindings::put(const word& one, keys::bindings::map& into) {
    if (one.value == none)
        into.erase(one.name);
    else
        into[one.name] = one.value;
}

void agreed_bindings::tell(const word& one) const {
    const auto& names = with_.told.names;
    auto whose = one.name.starts_with('@') ? names.of_text(one.name) : names.of(policy::parse_address(one.name));
    const auto what = one.value == none ? policy::key_change::unbind : policy::key_change::bind;
    const auto all = read();
    const auto before = all.all().find(one.name);
    const auto fingerprint = one.value != none ? one.value : before == all.all().end() ? std::string{} : before->second;
    with_.told.leave({event_of(what, fingerprint, std::move(whose), one, names)});
}

std::vector<std::string> agreed_pins::changed() {
    const auto live = with_.live();
    const auto file = keys::pins_file(key_places(live->gateway));
    const auto state = keys::state_of(file), ahead = keys::state_of(file.string() + "-wal");
    if (seen_ && file_ == state && written_ahead_ == ahead) return {};
    file_ = state;
    written_ahead_ = ahead;
    std::vector<std::string> out;
    const auto before = seen_.value_or(keys::time_point{});
    seen_ = before;
    for (const auto& one : live->certificates->pinned()->since(before - same_second)) {
        out.push_back(one.address);
        seen_ = std::max(*seen_, std::min(one.since, keys::this_second()));
    }
    return out;
}

std::string agreed_pins::here(const std::string& address_key) { return with_.live()->certificates->pinned()->of(address_key); }

void agreed_pins::take(const std::vector<word>& words) {
    std::vector<keys::pin> fresh;
    for (const auto& one : words) {
        if (keys::canonical_fingerprint(one.value) != one.value || one.value.empty())
            log_warning("a pin of " + one.gateway + " is of another form, and is not taken: " + one.name);
        else if (here(one.name) != one.value)
            fresh.push_back({.address = one.name, .fingerprint = one.value, .since = keys::this_second()});
    }
    if (fresh.empty()) return;
    with_.live()->certificates->pinned()->put(std::move(fresh), [&](const auto& replacing) { tell(replacing, words); });
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
