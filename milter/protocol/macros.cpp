#include "milter/protocol/macros.hpp"

#include "policy/base/bytes.hpp"

#include <algorithm>
#include <cassert>
#include <iterator>

namespace sealgate::milter {

namespace {

// The order in which the events of a connection happen. `unknown` stands last: no lookup passes over it.
constexpr auto events =
    std::to_array({command::connect, command::helo, command::mail, command::rcpt, command::data, command::header,
                   command::end_of_header, command::body, command::end_of_body, command::unknown});

constexpr std::size_t first_of_message = 2; // command::mail

std::optional<std::size_t> slot_of(command event) {
    const auto* const found = std::ranges::find(events, event);
    if (found == events.end()) return std::nullopt;
    return static_cast<std::size_t>(std::distance(events.begin(), found));
}

std::string_view without_braces(std::string_view name) {
    if (name.size() > 2 && name.starts_with('{') && name.ends_with('}')) return name.substr(1, name.size() - 2);
    return name;
}

bool is_pairs(std::string_view packet) {
    bytes::cursor cursor(packet);
    while (!cursor.at_end())
        if (!cursor.c_string() || !cursor.c_string()) return false;
    return true;
}

std::optional<std::string_view> value_in(std::string_view packet, std::string_view name) {
    bytes::cursor cursor(packet);
    while (!cursor.at_end()) {
        const auto key = cursor.c_string();
        const auto value = cursor.c_string();
        if (without_braces(*key) == name) return value;
    }
    return std::nullopt;
}

} // namespace

std::expected<void, protocol_error> macro_table::take(std::string_view payload) {
    const auto event = payload.empty() ? std::nullopt : command_of(payload.front());
    const auto slot = event ? slot_of(*event) : std::nullopt;
    if (!slot) return std::unexpected(protocol_error{"MACRO for no event"});
    payload.remove_prefix(1);
    if (!is_pairs(payload))
        return std::unexpected(protocol_error{"malformed MACRO frame for " + std::string(name_of(*event)) +
                                              ": a name lacks its value, or a string its NUL"});
    packets_[*slot].assign(payload);
    return {};
}

std::string_view macro_table::value(command at, std::string_view name) const {
    const auto slot = slot_of(at);
    assert(slot);
    for (auto i = *slot + 1; i-- > 0;)
        if (const auto found = value_in(packets_[i], without_braces(name))) return *found;
    return {};
}

void macro_table::drop_message() {
    for (auto i = first_of_message; i < packets_.size(); ++i) packets_[i].clear();
}

void macro_table::drop_all() {
    for (auto& packet : packets_) packet.clear();
}

} // namespace sealgate::milter
