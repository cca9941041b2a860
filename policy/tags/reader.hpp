// The tags of a message: which words of the policy stand in which carriers, and what nearly is one.
//
// Reads Subject (all of them), the policy's header fields, Sensitivity (RFC 4021 section 2.1.55; a value that is a tag of the
// policy counts as that tag), and the labels of other programs that the policy names (policy/labels/reader). Each
// field is read in all the ways in which its readers may do so (readings.hpp), and a tag in any of them counts. Matching
// ignores case, width, white space and invisible characters (fold.hpp, tag_pattern.hpp).
//
// Near misses: in a Subject what near_miss.hpp describes, and what invisible characters turn into a tag on
// the screen (Unicode Annex 9); in a header field every value that is no tag; a misspelt Sensitivity. What
// cannot be read at all, is too much to read, or overrides the direction of its letters, is one without a
// suggestion.
//
// A mail without a Subject whose body begins with one is read as if that were its header: a script wrote an empty line first.
//
// Pure and linear. Every byte is the sender's: bad charsets and broken encodings never fail.
#pragma once

#include "policy/mail/message.hpp"
#include "policy/rules/policy.hpp"

#include <optional>
#include <string>
#include <vector>

namespace sealgate::policy {

struct effort;

struct found_tag {
    std::string tag; // as the policy spells it
    rank classification;
    carrier where;
    bool operator==(const found_tag&) const = default;
};

struct near_miss {
    std::string text;       // as the sender wrote it: printable UTF-8, at most 64 code points
    std::string suggestion; // the tag meant, as the carrier wants it ("[confidential]"); empty if none is near
    carrier where;
    bool unread = false;            // what stands there could not be read, or not by every reader alike
    std::string charset = {};       // in which it is then, as the sender named it; empty where that is not the reason
    std::optional<rank> meant = {}; // of the suggestion; none: it may be any
    bool stray = false;             // not where the policy's tags stand, so that a tag that does stand there answers it
    bool operator==(const near_miss&) const = default;
};

struct tag_findings {
    std::vector<found_tag> tags;        // in order of appearance, each (tag, carrier) once
    std::vector<near_miss> near_misses; // likewise, the first 16, and the first of each kind
};

// Where nothing tells what was meant: what could not be read, if that is among it.
const near_miss* unread_in(const tag_findings& findings);

tag_findings find_tags(const policy& rules, const message& mail);

// The tags alone, of a message that is one of many: `left` is what all of them together may cost.
std::vector<found_tag> exact_tags(const policy& rules, const message& mail, effort& left);

} // namespace sealgate::policy
