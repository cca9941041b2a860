// The key store read anew under a configuration that stays: what `sealgate keys` or anybody else changed there takes effect
// without a reload.
// Tested by e2e/test_key_changes.py.
#pragma once

#include "milter/settings/snapshot.hpp"
#include "policy/audit/event.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace sealgate::milter {

struct reread_keys {
    std::shared_ptr<const snapshot> fresh; // null: all is as it was
    policy::certificate_changes changes;   // between the two, by fingerprint: octets, being disabled, what gpg makes of it
    std::vector<std::string> news;         // problems that were not told before
};

// Only what changed is asked gpg about. A certificate in use whose file can't be read stays in use, and all do where the
// directory is lost (keys/store/store.hpp). Throws where gpg fails. Blocks.
// With `only`, the stores of other sources stay as they are.
reread_keys read_keys_anew(const snapshot& live, keys::reading what = keys::reading::what_changed,
                           std::optional<policy::key_source> only = {});

} // namespace sealgate::milter
