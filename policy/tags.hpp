// The tags of a message: which words of the policy stand in which carriers, and what nearly is one.
//
// Pure. Reads Subject (all of them), the policy's header fields and Sensitivity. RFC 2047 encoded words are decoded on
// unfolded text; matching ignores case, width (NFKC), white space and invisible characters. Near misses are found by
// look-alikes (UTS 39 skeleton), digits for letters, spelling distance, and missing or foreign brackets.
// Every byte is the sender's: bad charsets and broken encodings never fail; they are matched as they can be read.
#pragma once

#include "policy/message.hpp"
#include "policy/rules.hpp"

#include <string>
#include <vector>

namespace sealgate::policy {

struct found_tag {
    std::string tag; // as the policy spells it
    rank classification;
    carrier where;
    bool operator==(const found_tag&) const = default;
};

struct near_miss {
    std::string text;       // as the sender wrote it: valid UTF-8, control characters dropped, at most 64 code points
    std::string suggestion; // the tag meant, as the carrier wants it written ("[confidential]"); empty if none is near
    carrier where;
    bool operator==(const near_miss&) const = default;
};

struct tag_findings {
    std::vector<found_tag> tags;         // in order of appearance, each (tag, carrier) once
    std::vector<near_miss> near_misses;  // likewise
};

tag_findings find_tags(const policy& rules, const message& mail);

} // namespace sealgate::policy
