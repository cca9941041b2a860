// A short letter of headings, paragraphs and lists, as plain text and as HTML.
//
// The HTML is made to be read anywhere: no colours of its own but one line beside the title (Canvas and CanvasText are the
// reader's), so that a mail program's light or dark theme decides; nothing that is loaded from elsewhere; semantic elements
// for screen readers; no fixed width. Every character from outside is escaped (policy/base/html), and only http, https and
// mailto addresses become links. Pure.
// Tested by notices/message_test.
#pragma once

#include "policy/texts/catalogue.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace sealgate::policy {

enum class block_kind : std::uint8_t { title, heading, paragraph, list, small };

struct block {
    block_kind kind;
    std::vector<phrases> lines; // of a list: its items; else one
};

struct document {
    std::string language;      // RFC 5646
    std::vector<block> blocks; // the title first
};

// Both end their lines with CRLF. Plain text is broken at 66 columns.
std::string as_plain_text(const document& letter);
std::string as_html(const document& letter);

} // namespace sealgate::policy
