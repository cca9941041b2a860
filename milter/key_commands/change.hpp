// sealgate keys import, remove, disable and enable: what an administrator does to the organisation's certificates, and to found
// ones. Tested by e2e/test_audit_keys.py and test_key_states.py.
#pragma once

#include "milter/key_commands/desk.hpp"

namespace sealgate::milter {

int import_certificates(const key_desk& desk, const invocation& called);
// One certificate, by fingerprint.
int remove_certificate(const key_desk& desk, const invocation& called);
int disable_certificate(const key_desk& desk, const invocation& called);
int enable_certificate(const key_desk& desk, const invocation& called);

} // namespace sealgate::milter
