// What the service says when it starts, and the log of a mail to administrators.
// Tested by e2e/test_audit_proof.py and test_key_watch.py.
#pragma once

#include "milter/audit/checkpoint_file.hpp"
#include "milter/settings/snapshot.hpp"
#include "policy/audit/key_event.hpp"
#include "policy/audit/pseudonym.hpp"
#include "policy/notices/key_watch.hpp"

#include <string>

namespace sealgate::milter {

// What is to be noted elsewhere. Checkpoints until now need the former key.
std::string signing_key_news(const checkpoint_file& signer);

// What the log says of a mail to keys.watch.mail.
policy::told_keys told_keys_of(const snapshot& live, const policy::watch_news& news, const policy::pseudonyms& names);

} // namespace sealgate::milter
