// Which mails a mail answers, and what it counts as for that (contract.md section 4, point 2).
//
// RFC 5322 section 3.6.4: In-Reply-To and References name them by their Message-IDs; Thunderbird names a forwarded one in
// X-Forwarded-Message-Id. Ids are read as programs write them, also without brackets, folded, or among the words of RFC 822,
// and are compared in lower case without white space. Pure.
#pragma once

#include "policy/decision/decide.hpp"
#include "policy/decision/facts.hpp"
#include "policy/mail/message.hpp"
#include "policy/rules/policy.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::policy {

// Without angle brackets, each once.
struct thread_ids {
    std::vector<std::string> own;      // the mail's Message-IDs, the first few
    std::vector<std::string> answered; // the first and the last where there are very many
};
thread_ids thread_ids_of(const message& mail);

// Of a mail as a whole: its own mail program has encrypted it.
bool came_encrypted(protection brought);

// Whether a field says something about the thread.
bool is_thread_field(std::string_view name);

// What a message counts as for the thread it is in, where it is in one that is known.
struct thread_standing {
    rank classification;
    thread_sign known_by;
};
std::optional<thread_standing> thread_of(const policy& rules, const facts& known);

// What a mail is remembered as for those who answer it: what it left as, if that is more than any mail is, or what it answers,
// whichever is more sensitive. In monitor mode all mail leaves.
std::optional<rank> remembered_as(const policy& rules, const facts& known, const decision& made, mode how);

// The same of a mail that another gateway decided, by what its record says. Of a hashed Message-ID nothing is known.
struct recorded_mail {
    std::string message_id; // the field's value
    outcome what = outcome::deliver;
    mode how = mode::enforce;
    std::string classification; // as it was called
    std::string answered;       // that of its thread, likewise; empty: it is in none
};
std::optional<rank> remembered_as(const policy& rules, const recorded_mail& mail);

// The ids in a Message-ID field's value, as thread_ids has them.
std::vector<std::string> message_ids_in(std::string_view value);

// The most sensitive of these classifications, as they were called when the mails left; one that the policy has no more
// counts as the least sensitive that is encrypted. Nothing where there is none.
std::optional<rank> most_sensitive(const policy& rules, const std::vector<std::string>& names);

} // namespace sealgate::policy
