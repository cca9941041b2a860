// What administrators are to be told of keys (keys.watch in sealgate.yaml), and when: keys of encryption.always_to that cannot
// be used, certificates whose use ends, and what became of certificates that were found.
//
// One mail a day at most, and only where there is something. A key of the organisation that cannot be used is told at once, and
// again each day while it lasts; one that breaks again within an hour after it was told waits for the rest of that hour.
// A certificate is told once for each step before its end, and once when it has ended; one that gets another end begins anew.
// Pure: the time is an argument, and what was told before comes in and goes out. A time to come is one of a clock that was
// wrong then, and counts for nothing.
#pragma once

#include "policy/base/names.hpp"
#include "policy/mail/address.hpp"
#include "policy/rules/vocabulary.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace sealgate::policy {

struct watch_settings {
    std::vector<address> mail; // nobody: nothing is told
    std::vector<std::chrono::seconds> before{std::chrono::days(30), std::chrono::days(7), std::chrono::days(1)};
    bool operator==(const watch_settings&) const = default;
};

// An entry of encryption.always_to, and the best that is known of it.
struct organisation_key {
    std::string entry; // as the policy spells it
    key_state state = key_state::missing;
    bool in_doubt = false;                            // perhaps only since a certificate cannot be read
    std::string fingerprint = {};                     // empty where none is known
    std::optional<std::chrono::sys_seconds> end = {}; // of its use; nothing: it has none
    bool operator==(const organisation_key&) const = default;
};

struct ending_certificate {
    std::string fingerprint;
    std::vector<std::string> addresses;
    std::chrono::sys_seconds end;
    bool of_organisation = false; // encryption.always_to names it
    key_source source = key_source::own;
    bool operator==(const ending_certificate&) const = default;
};

// What became of a certificate that was found. `proposed`: somebody has to approve it before mail is sealed to it; `changed`:
// mail to the address is sealed to another one than before.
enum class key_news_kind : std::uint8_t { revoked, changed, proposed };

constexpr auto names(key_news_kind) {
    using enum key_news_kind;
    return std::to_array<named<key_news_kind>>({{revoked, "revoked"}, {changed, "changed"}, {proposed, "proposed"}});
}

struct key_news {
    std::chrono::sys_seconds time;
    key_news_kind what = key_news_kind::revoked;
    std::string address;
    std::string fingerprint;
    std::string replaces = {}; // of a changed one: the one before
    key_source source = key_source::wkd;
    bool operator==(const key_news&) const = default;
};

struct watched_keys {
    std::vector<organisation_key> organisation;
    std::vector<ending_certificate> certificates; // that ended, or end within the longest step and a day
    std::vector<key_news> news = {};              // after what was told, the last one first
};

struct watched_entry {
    std::optional<std::chrono::sys_seconds> since; // seen to be of no use; nothing: it can be used
    std::optional<std::chrono::sys_seconds> told;  // last
    bool operator==(const watched_entry&) const = default;
};

struct told_step {
    std::chrono::sys_seconds end;
    std::chrono::seconds step; // 0: it has ended
    bool operator==(const told_step&) const = default;
};

struct watch_memory {
    std::optional<std::chrono::sys_seconds> mail;      // the last one
    std::map<std::string, watched_entry> organisation; // by entry
    std::map<std::string, told_step> certificates;     // by fingerprint
    std::optional<std::chrono::sys_seconds> news = {}; // the last one that was told
    bool operator==(const watch_memory&) const = default;
};

struct unusable_key {
    organisation_key key;
    std::chrono::sys_seconds since;
};

struct watch_news {
    std::vector<unusable_key> unusable;     // all there are
    std::vector<ending_certificate> ended;  // the last one first
    std::vector<ending_certificate> ending; // the next one first
    std::vector<key_news> news = {};        // the last one first
    watch_memory after;                     // once this is told; where there is nothing to tell, from now on
    std::chrono::sys_seconds next;          // when to look again if nothing changes before

    bool none() const { return unusable.empty() && ended.empty() && ending.empty() && news.empty(); }
};

watch_news keys_to_tell(const watched_keys& keys, const std::vector<std::chrono::seconds>& before, const watch_memory& told,
                        std::chrono::sys_seconds now);

} // namespace sealgate::policy
