// Tells what is new of somebody's certificates before it is in a store: the audit log by events that are on disk, and the
// administrators, who are told by keys.watch.mail. Who is killed between the two tells it again, and never not at all.
// Tested by e2e/test_found_keys_killed.py.
#pragma once

#include "keys/certificates/certificate.hpp"
#include "keys/store/keyring.hpp"
#include "policy/audit/key_event.hpp"
#include "policy/audit/pseudonym.hpp"
#include "policy/mail/address.hpp"
#include "policy/notices/key_watch.hpp"

#include <filesystem>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::milter {

// Leaves them for the audit log: on disk when it returns, or it throws.
using event_leaver = std::function<void(const std::vector<policy::key_event_facts>&)>;

// Where it is told.
struct audience {
    event_leaver leave;       // empty: there is no log
    policy::pseudonyms names; // how the log calls people
};

event_leaver leaver_into(const std::filesystem::path& directory);

// For the mail to keys.watch.mail. People are told without it, too: a failure is told in the journal. Blocks.
void note_news(const std::vector<policy::key_news>& news, const keys::keyring_places& places);

// What of the evidence cannot be kept, or read, is told in the journal, and is no reason to fail. `what`: "that … cannot be
// noted".
void try_evidence(std::string_view what, const std::function<void()>& work);

// Of one look, into however many stores. All that it is given outlives it.
class announcer {
public:
    // What is known of them now is what they had before. `evidence`: the URL, or the mail.
    announcer(const policy::address& whose, policy::key_source source, const std::string& evidence,
              const keys::keyring& certificates, const keys::keyring_places& places, const audience& to);

    // For the import into any of the stores; each certificate once.
    void operator()(const keys::import_report& taken);

private:
    void tell(const keys::certificate& cert, keys::change change);
    void add_news(const keys::certificate& cert, policy::key_news_kind what);

    const policy::address& whose_;
    policy::key_source source_;
    const std::string& evidence_;
    const keys::keyring& certificates_;
    const keys::keyring_places& places_;
    const audience& to_;
    keys::time_point now_;
    std::string used_; // the fingerprint that mail was sealed to; empty: none
    std::set<std::string> known_, revoked_, told_;
    std::vector<policy::key_event_facts> events_;
    std::vector<policy::key_news> news_;
};

} // namespace sealgate::milter
