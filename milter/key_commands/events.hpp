// What a `sealgate keys` command changed, left for the audit log (milter/audit/event_recorder.hpp).
// Tested by e2e/test_audit_keys.py.
#pragma once

#include "keys/certificates/lookup.hpp"
#include "milter/discovery/announcer.hpp"
#include "milter/settings/config.hpp"
#include "policy/audit/key_event.hpp"
#include "policy/audit/pseudonym.hpp"

#include <string>
#include <vector>

namespace sealgate::milter {

class key_events {
public:
    // Throws where the log's addresses are keyed, and their key can't be read: nothing should be changed then.
    explicit key_events(const config& gateway);

    // On disk when it returns. Of each its fingerprint and its addresses count. Throws std::system_error.
    void leave(policy::key_change what, const std::vector<keys::certificate>& certificates) const;
    // For what is found by hand. It outlives that.
    audience of_found() const;
    // With where it comes from.
    void leave_approved(const keys::certificate& own, policy::key_source source, std::string evidence,
                        const std::string& replaces) const;
    // `whose`: an address, or @DOMAIN.
    void leave_bound(policy::key_change what, const std::string& whose, const std::string& fingerprint) const;
    const policy::pseudonyms& names() const { return names_; }

private:
    void leave(const std::vector<policy::key_event_facts>& events) const;
    policy::key_event_facts facts_of(policy::key_change what, const std::string& fingerprint) const;
    std::vector<std::string> named(const std::vector<std::string>& addresses) const;

    std::string directory_;
    policy::pseudonyms names_;
};

} // namespace sealgate::milter
