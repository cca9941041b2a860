// The labels of a message, of the families that the policy names: what each stands for there, and which of them nobody knows.
//
// Each known value counts as the policy says. A label of which none is known is treated as `unknown` says; one that is
// malformed, or longer than any program writes, is in doubt besides, whatever can be read of it.
//
// Pure and linear. Every byte is the sender's: nothing fails.
#pragma once

#include "policy/labels/label.hpp"
#include "policy/mail/message.hpp"
#include "policy/rules/policy.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace sealgate::policy {

struct found_label {
    std::string tag; // the value as the policy spells it; "unknown" for one that counts as unknown
    rank classification;
    carrier where;
    bool operator==(const found_label&) const = default;
};

struct doubtful_label {
    std::string text; // as the sender's program wrote it
    carrier where;
    bool malformed = false;
    bool operator==(const doubtful_label&) const = default;
};

struct label_findings {
    std::vector<found_label> found;       // each once
    std::vector<doubtful_label> doubtful; // likewise, the first 16
};

// In a header field; of the Subject, nothing.
label_findings labels_in_field(const policy& rules, const header_field& field);

// In a Subject, decoded.
label_findings labels_in_subject(const policy& rules, std::string_view utf8);

// In what the message carries.
label_findings labels_in_body(const policy& rules, const message& mail);

// Whether labels of a named family may stand in a Subject.
bool reads_labels_in_subject(const policy& rules);

// The pieces of a decoded Subject that are labels whose value the policy names: what stands in them is no misspelt tag.
std::vector<std::string_view> known_labels_in(const policy& rules, std::string_view utf8);

// Of the same text.
bool is_within(std::string_view piece, std::string_view whole);

} // namespace sealgate::policy
