// What a `sealgate keys` command changed, left for the audit log (milter/audit/event_recorder.hpp).
// Tested by e2e/test_audit_keys.py.
#pragma once

#include "keys/certificates/certificate.hpp"
#include "milter/discovery/finding.hpp"
#include "milter/settings/config.hpp"
#include "policy/audit/event.hpp"
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
    // What of it is new in the store.
    void leave_found(const finding& found, const policy::address& whose) const;

private:
    void leave(const std::vector<policy::key_event_facts>& events) const;

    std::string directory_;
    policy::pseudonyms names_;
};

} // namespace sealgate::milter
