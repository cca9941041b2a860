// One line of the gateway's own log, as systemd's journal takes it: fields in a datagram (systemd, Native Journal Protocol).
// Pure.
#pragma once

#include "policy/base/names.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace sealgate::milter {

// As syslog(3) numbers them. error: somebody has to act, or mail waits; warning: something failed, and mail goes on; notice:
// what changed; info: each decision.
enum class level : std::uint8_t { error = 3, warning = 4, notice = 5, info = 6 };

constexpr auto names(level) {
    using enum level;
    return std::to_array<policy::named<level>>({{error, "error"}, {warning, "warning"}, {notice, "notice"}, {info, "info"}});
}

// What a line is about, for `journalctl SEALGATE_QUEUE_ID=…`. Empty: nothing.
struct log_fields {
    std::string_view decision, queue_id, outcome;
};

// The datagram. `text` has no line ends; of a field that has one nothing is sent.
std::string journal_datagram(level of, std::string_view text, const log_fields& fields);

} // namespace sealgate::milter
