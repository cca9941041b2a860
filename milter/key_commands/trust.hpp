// sealgate keys approve, bind and unbind: an administrator's word about which certificate mail is sealed to (contract.md
// section 8). Tested by e2e/test_key_trust.py.
#pragma once

#include "milter/key_commands/desk.hpp"

namespace sealgate::milter {

// What was found becomes the organisation's own.
int approve_certificates(const key_desk& desk, const invocation& called);
// A certificate to an address or a domain; without arguments, what is bound.
int bind_certificate(const key_desk& desk, const invocation& called);
int unbind(const key_desk& desk, const invocation& called);

} // namespace sealgate::milter
