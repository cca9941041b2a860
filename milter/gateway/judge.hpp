// Observe, look up, decide: what serve and explain share, so that they cannot disagree.
// Tested by notices/notifier_test and e2e/test_agreement.py.
#pragma once

#include "keys/certificates/lookup.hpp"
#include "keys/sealing/seal.hpp"
#include "milter/protocol/transaction.hpp"
#include "milter/settings/snapshot.hpp"
#include "policy/decision/decide.hpp"
#include "policy/decision/facts.hpp"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace sealgate::milter {

struct judgement {
    policy::facts known;
    policy::decision made;
    std::vector<keys::found_key> keys;                     // of the recipients, by their place, as their row may use them
    std::vector<keys::shared_certificate> further_readers; // where it is to be sealed
    std::string protection_note;                           // why the message's protection is what it is: one line for people
    std::string failure_note; // why the decision is to defer, for the journal: one line, or nothing
};

// What mails of these ids are known as; nothing where that cannot be told. Any thread.
using thread_lookup = std::function<std::optional<std::vector<std::string>>(const std::vector<std::string>& ids)>;
// Of a gateway that remembers none.
std::optional<std::vector<std::string>> no_threads(const std::vector<std::string>& ids);

// The type of the report as which the mail passes, and nothing is decided about it; nothing where it is none. contract.md
// section 4: a bounce passes. Whoever may send outwards could give any mail the null sender, so theirs has to be the
// notification that a mail could not be delivered, or that it was read. Each goes to one address. Pure.
std::optional<std::string> passing_report(const snapshot& live, const transaction& mail, const thread_lookup& threads);

// Pure but for the certificates and the threads, which are looked up.
// `searched`: what came of looking for keys, by the recipients' places; empty where nobody looked.
judgement observe_and_decide(const snapshot& live, const transaction& mail, const thread_lookup& threads, keys::time_point now,
                             const std::vector<policy::key_search>& searched = {});

// The keys for one ciphertext: of these recipients, and of those who can read all.
std::vector<keys::seal_recipient> seal_recipients(const judgement& judged, const std::vector<std::size_t>& group,
                                                  keys::time_point now);

} // namespace sealgate::milter
