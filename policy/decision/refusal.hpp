// Reasons as text: the one source of what staff read when a mail is not sent (contract.md section 5).
//
// Each reason has a sentence, and each next step stands behind the reasons that call for it. 5.7.1 where the policy is in the
// way, 5.7.5 where the keys of recipients alone are, 5.3.4 too large, 4.3.0 our own trouble, 4.3.1 no room. One line wherever
// everything fits into it, since many mail programs show one line only. Else at most 24 lines, the last of which stands on its
// own: it says who and why once more, as far as there is room, and carries the decision's id. Recipients beyond what is named
// are counted. ASCII only. The words are those of `replies.language`. No text quotes a subject or a body: a near miss is named
// by the tag that was meant.
#pragma once

#include "policy/decision/decide.hpp"
#include "policy/mail/smtp_reply.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::policy {

// What the client is told: nothing where the message is accepted.
std::optional<smtp_reply> reply_for(const policy& rules, const facts& known, const decision& made, std::string_view id);

// The same who, why and what next, for a letter of that language: a sentence or two each, not in ASCII alone. Empty where
// nobody is refused.
std::vector<std::string> refusal_in_sentences(const policy& rules, const facts& known, const decision& made,
                                              const language_texts& words);

// An address as replies show it.
std::string shown(const address& who);

} // namespace sealgate::policy
