// Events about keys in the log (policy/audit/event.hpp): what became of a certificate, by whose hand, and what administrators
// were told of keys. contrib/design/audit_format.md has their fields. Pure. Tested by audit/event_test.
#pragma once

#include "policy/audit/event.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace sealgate::policy {

// What administrators were told of keys (policy/notices/key_watch.hpp). Entries, fingerprints and people as the log calls them.
// Of each list no more than most_named_certificates are named; all are counted.
struct told_keys {
    event_time time;
    std::vector<std::string> to;
    std::vector<std::pair<std::string, key_state>> unusable;            // entries of encryption.always_to
    std::vector<std::string> ending, ended;                             // fingerprints
    std::vector<std::string> proposed = {}, changed = {}, revoked = {}; // likewise, of found ones
};

std::string keys_watch_event(const told_keys& of);

// `found`: by the gateway or a command, where it is published, or in a mail; `revoked`: and it is; `changed`: mail to the
// address is sealed to another one than before.
enum class key_change : std::uint8_t { import, found, revoked, changed, approve, bind, unbind, remove, disable, enable };

constexpr auto names(key_change) {
    using enum key_change;
    return std::to_array<named<key_change>>({{import, "key-import"},
                                             {found, "key-found"},
                                             {revoked, "key-revoked"},
                                             {changed, "key-changed"},
                                             {approve, "key-approve"},
                                             {bind, "key-bind"},
                                             {unbind, "key-unbind"},
                                             {remove, "key-remove"},
                                             {disable, "key-disable"},
                                             {enable, "key-enable"}});
}

struct key_event_facts {
    event_time time;
    key_change what;
    std::string id; // the same if one change is recorded twice after a crash
    std::string fingerprint;
    std::vector<std::string> addresses; // as the log writes them
    std::string user;                   // who did it, as the log writes it; empty: the gateway
    key_source source = key_source::own;
    std::string evidence = {};                 // of what was found: the URL, or the mail
    std::string replaces = {};                 // the fingerprint that was used for the address until now, or empty
    key_standing standing = key_standing::own; // of what was found, from now on
    std::string gateway = {};                  // of the fleet, whose word was taken over; empty: it was here
};

std::string key_event(const key_event_facts& of);

} // namespace sealgate::policy
