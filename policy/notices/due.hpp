// Whether a sender is to be told of a decision, and what of it. Refusals are told by the SMTP reply, and by mail too where the
// policy wants it (notices.refusals).
//
// RFC 3834: nobody answers a bounce, a list or a program. A notice goes to our own people only (the sender's domain is the
// organisation's, or they logged in), so that a forged sender brings no stranger mail. Monitor mode changes nothing, and
// tells nobody.
#pragma once

#include "policy/decision/decide.hpp"
#include "policy/mail/message.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::policy {

// What the sender is told about one mail: it left with a warning, it waits, or it was refused.
enum class notice_kind : std::uint8_t { warning, held, refused };

// In which of its languages the policy tells of a mail.
std::string language_for(const notices& how, const message& mail);

// What a record says of it: nothing, one of the above at once, with others in a digest, or nothing new.
enum class notice_state : std::uint8_t { none, warning, held, refused, digest, already_warned };

constexpr auto names(notice_kind) {
    using enum notice_kind;
    return std::to_array<named<notice_kind>>({{warning, "warning"}, {held, "held"}, {refused, "refused"}});
}
constexpr auto names(notice_state) {
    using enum notice_state;
    return std::to_array<named<notice_state>>({{none, ""},
                                               {warning, "warning"},
                                               {held, "held"},
                                               {refused, "refused"},
                                               {digest, "digest"},
                                               {already_warned, "already-warned"}});
}

constexpr notice_state state_of(notice_kind kind) {
    switch (kind) {
    case notice_kind::warning: return notice_state::warning;
    case notice_kind::held: return notice_state::held;
    case notice_kind::refused: return notice_state::refused;
    }
    return notice_state::none;
}

struct noticed_mail {
    const policy& rules;
    const facts& known;
    const decision& made;
    const message& mail;
    const address& sender;
    std::string_view user; // who logged in, or empty
    sealgate::policy::mode mode;
};

std::optional<notice_kind> notice_due(const noticed_mail& about);

struct told_recipient {
    std::string address; // as spelled, without control characters
    std::string domain;  // the address itself where it has none that can be read
    std::string tier;
    reason why = reason::tier;
    bool has_key = false;
    bool operator==(const told_recipient&) const = default;
};

// What a notice tells of one mail. It is kept until the notice leaves, and a policy may change meanwhile: so these are words.
struct told_mail {
    std::string id; // of the decision
    notice_kind kind = notice_kind::warning;
    std::chrono::system_clock::time_point time;
    std::chrono::minutes zone{0}; // east of UTC, where it was written
    std::string message_id = {};  // or empty
    std::string classification = {};
    std::vector<std::string> meant = {};         // tags that near misses may mean
    std::optional<std::string> unread = {};      // the charset of what could not be read, where that is all; or empty
    std::vector<told_recipient> recipients = {}; // those with something to tell
    std::size_t unnamed = 0;                     // further ones
    std::vector<std::string> said = {};          // of a refused one: why and what next, in the notice's language
    bool sealed = false;                         // the gateway encrypted it for others
    bool inherited = false;                      // untagged: its classification is that of what it answers
    bool raised = false;                         // tagged lower: likewise
    bool operator==(const told_mail&) const = default;
};

// `id`, `time` and `message_id` are left to the caller. All its recipients are there.
told_mail told_of(const policy& rules, const facts& known, const decision& made, notice_kind kind);

} // namespace sealgate::policy
