// All that decide() may know of a message: plain values, filled by the parsers and the key store before it is asked.
// Tested by decision/decide_test.
#pragma once

#include "policy/mail/address.hpp"
#include "policy/rules/policy.hpp"
#include "policy/rules/vocabulary.hpp"
#include "policy/tags/reader.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace sealgate::policy {

struct key_facts {
    key_state state = key_state::missing;
    std::string fingerprint; // of the certificate judged; empty where there is none
    bool in_doubt = false;   // certificates that may be theirs are there and cannot be read now
    key_source source = key_source::own;
    key_standing standing = key_standing::proposed;
    key_search searched = key_search::none; // where none that is usable is here
    bool operator==(const key_facts&) const = default;
};

// Whether other recipients see this one: `hidden` stands in the envelope alone (Bcc).
enum class visibility : std::uint8_t { visible, hidden };

struct recipient_facts {
    address who;
    visibility seen = visibility::visible;
    key_facts key;
    std::map<rank, key_facts> key_by_rank = {};  // where the row of a classification uses fewer sources (rule_row::keys)
    addressed to_them = addressed::unverifiable; // of a protected message; nothing otherwise
};

// How much of the message could be read.
enum class legibility : std::uint8_t { whole, too_large, too_complex };

constexpr auto names(legibility) {
    using enum legibility;
    return std::to_array<named<legibility>>({{whole, "whole"}, {too_large, "too-large"}, {too_complex, "too-complex"}});
}

// Who wrote it (author.hpp).
enum class author : std::uint8_t { person, program, stranger };

constexpr auto names(author) {
    using enum author;
    return std::to_array<named<author>>({{person, "person"}, {program, "program"}, {stranger, "stranger"}});
}

// Who reads a reply to it, in the end (author.hpp): our own people, or somebody outside to whom it bounces.
enum class audience : std::uint8_t { ours, stranger };

// What is known of the mails that this one answers.
struct thread_facts {
    std::optional<rank> answers = {}; // the most sensitive classification among them
    bool unread = false;              // that cannot be looked up now
    bool hides_subject = false;       // its Subject is the placeholder of sealed mail, behind reply prefixes
};

// An administrator releases the mail, which was held (contract.md section 6). They have looked, so that no near miss holds it
// again, nor a cell that says hold; all else is decided as ever.
struct release_facts {
    std::optional<rank> as = {}; // what a near miss was meant to be; none: whatever it may have meant
    bool operator==(const release_facts&) const = default;
};

struct facts {
    tag_findings findings;
    author by = author::person;
    audience heard_by = audience::ours; // changes what is said, never what is decided
    protection brought = protection::none;
    bool shows_subject = false; // its Subject says something, though the rest is encrypted, or claims to be
    legibility read = legibility::whole;
    std::vector<recipient_facts> recipients;
    std::vector<std::string> foreign_keys = {}; // ids of keys that can read it and are no recipient's and not the sender's
    thread_facts thread = {};
    std::optional<release_facts> release = {}; // of a mail that was held
};

} // namespace sealgate::policy
