// The policy as plain data: what policy.yaml says (contract.md section 3), checked and resolved, with nothing left to look up.
//
// Invariants, kept by load_policy: at least one classification; every row has one cell for every tier; every archive
// address may have its classification in clear.
// Tested by load/policy_test and decision/decide_test.
#pragma once

#include "policy/mail/address.hpp"
#include "policy/rules/labels.hpp"
#include "policy/rules/tiers.hpp"
#include "policy/rules/vocabulary.hpp"
#include "policy/texts/catalogue.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace sealgate::policy {

struct classification {
    std::string name;
    std::vector<std::string> tags; // as the policy spells them
};

// Subject pattern "[{tag}]": before = "[", after = "]". At least one of the two is not empty.
struct subject_pattern {
    std::string before;
    std::string after;
};

struct carriers {
    std::vector<subject_pattern> subject;
    std::vector<std::string> headers;
    std::map<std::string, rank> sensitivity; // the field's value (RFC 4021 section 2.1.55) -> rank
    bool forwarded = true;                   // tags of attached messages count
    bool strip = false;                      // our tag is taken off the Subject of what leaves the organisation
    label_families labels;                   // of other programs
};

struct rule_row {
    std::vector<action> cells;                        // by tier_id
    std::optional<std::vector<key_source>> keys = {}; // no others of encryption.keys
    std::vector<address> archive;
};

enum class no_key_action : std::uint8_t { reject, hold };
enum class unverifiable_action : std::uint8_t { deliver, warn, reject };
enum class clear_subject_action : std::uint8_t { ignore, warn };
enum class partial_action : std::uint8_t { seal, reject };

// What encrypts: gpg, or librnp in this process wherever it is trusted and can.
enum class sealing_engine : std::uint8_t { automatic, gpg };

constexpr auto names(no_key_action) {
    return std::to_array<named<no_key_action>>({{no_key_action::reject, "reject"}, {no_key_action::hold, "hold"}});
}
constexpr auto names(unverifiable_action) {
    using enum unverifiable_action;
    return std::to_array<named<unverifiable_action>>({{deliver, "deliver"}, {warn, "warn"}, {reject, "reject"}});
}
constexpr auto names(clear_subject_action) {
    using enum clear_subject_action;
    return std::to_array<named<clear_subject_action>>({{ignore, "ignore"}, {warn, "warn"}});
}
constexpr auto names(partial_action) {
    return std::to_array<named<partial_action>>({{partial_action::seal, "seal"}, {partial_action::reject, "reject"}});
}
constexpr auto names(sealing_engine) {
    return std::to_array<named<sealing_engine>>({{sealing_engine::automatic, "auto"}, {sealing_engine::gpg, "gpg"}});
}

// The shortest keys, in bits, that mail is sealed to. DSA rests on the same problem as ElGamal, and is counted with it.
struct key_minimum {
    unsigned rsa = 2048;
    unsigned elgamal = 2048;
};

struct encryption {
    no_key_action no_key = no_key_action::reject;
    unverifiable_action unverifiable = unverifiable_action::warn;
    clear_subject_action clear_subject = clear_subject_action::ignore;
    partial_action partial = partial_action::seal;
    sealing_engine engine = sealing_engine::automatic;
    bool accept_smime = true;
    bool protect_subject = true;
    bool to_sender = false;
    key_minimum minimum;
    std::vector<std::string> always_to;
    std::vector<key_source> keys{key_source::own, key_source::wkd,
                                 key_source::vks}; // what may be sealed to without a person's word
    std::string recipient_delimiter;               // kay+news@ uses kay@'s key where + is one; empty: none

    // Whether what comes from there may be sealed to without a person's word.
    bool uses(key_source source) const { return source == key_source::own || std::ranges::find(keys, source) != keys.end(); }
};

// SMTP replies.
struct replies {
    std::optional<language_texts>
        words; // in ASCII, of the language that was chosen; none: English as it ships, whatever the notices say
};

struct notices {
    address from;
    std::chrono::seconds once_per = std::chrono::hours{24};
    std::chrono::seconds digest = std::chrono::hours{1}; // after a notice, further ones wait so long for each other
    std::string help;
    bool refusals = false;                 // a notice beside the SMTP reply too
    std::string language = "en";           // one of `languages`, or `auto`: the mail's own, if it is one of them
    std::vector<language_texts> languages; // the first is what `auto` falls back to
    std::vector<std::string> services;     // mail services to suggest; empty: domains of better tiers
};

// Other ways to reach people, by kind ("text", "voice"), then by how safe they are, as the policy lists them.
struct channel_group {
    std::string kind;
    std::vector<std::pair<std::string, std::vector<std::string>>> by_tier;
};

struct tag_lexicon; // of policy/tags/lexicon.hpp

struct policy {
    std::string organisation;
    std::vector<classification> classifications; // least to most sensitive
    std::optional<rank> untagged;                // none: an untagged message is refused
    std::optional<rank> untagged_automatic;      // likewise, of one that no person here has written
    near_miss_action near_miss = near_miss_action::reject;
    std::vector<std::string> near_miss_except; // words that are ordinary here
    downgrade_action downgrade = downgrade_action::warn;
    sealgate::policy::carriers carriers;
    tier_table tiers;
    std::vector<rule_row> rules; // by rank
    sealgate::policy::encryption encryption;
    sealgate::policy::notices notices;
    sealgate::policy::replies replies;
    std::vector<channel_group> channels;
    std::vector<std::string> lists;                       // of domains: the files that tiers include, where they were found
    std::string digest;                                   // "sha256:…" of the policy file, what it includes, and its texts
    std::shared_ptr<const std::string> digested;          // these, one behind the other
    std::shared_ptr<const tag_lexicon> lexicon = nullptr; // made of what stands above; null: not made yet
};

} // namespace sealgate::policy
