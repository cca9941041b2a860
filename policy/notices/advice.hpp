// What a notice says of its mails in lists: which recipients and why, and what would be better. Part of notice, used by
// nobody else.
// Tested by notices/message_test.
#pragma once

#include "policy/notices/due.hpp"
#include "policy/rules/policy.hpp"
#include "policy/texts/catalogue.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::policy {

// The recipients about whom the same is to be said.
struct told_group {
    notice_kind kind;
    std::string classification;
    std::string tier;
    reason why;
    std::optional<std::string> unread = {}; // as in told_mail, of a near miss
    bool inherited = false;                 // as in told_mail
    bool raised = false;
    std::vector<std::string> who = {};
    std::size_t unnamed = 0;
    std::vector<std::string> keyed = {}; // those of them whose key we have
};
// Of refused mails what is to be said is said (told_mail::said).
std::vector<told_group> groups_of(const std::vector<told_mail>& mails);

// Whether a mail may be warned of, or held, for this reason. Then every language has a text for it, "why-WORD".
bool is_told(reason why);

// "bob@yahoo.com, eve@yahoo.com: the mail service is rated …"
phrases why_line(const policy& rules, const told_group& group, const language_texts& words);

// The best first; empty where there is nothing to advise.
std::vector<phrases> better_lines(const policy& rules, const language_texts& words, const std::vector<told_group>& groups,
                                  const std::vector<std::string>& meant);

// The classification of that name, in the language where the policy has a tag for it.
std::string shown_name(const policy& rules, const std::string& name, std::string_view language);

// Whom to ask.
phrase contact_of(const policy& rules, const language_texts& words);

} // namespace sealgate::policy
