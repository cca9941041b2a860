// Which certificates an administrator has to see to, since mail can soon be encrypted to them no more, or can't already: what
// keys.watch.mail tells (keys/certificates/ends.hpp) whenever it is asked, of found certificates too.
//
// Those of encryption.always_to first, then by their real end of use. Left out is what is of no use anyway (revoked, disabled,
// weak), and what another one replaces. Of sources other than the organisation's own, only those that the policy uses: what
// comes from another is no loss; but what is bound is told of whatever its source, and replaced by no other. Answered by the
// stores' indexes. Throws sqlite_error where one cannot be read.
#pragma once

#include "keys/store/keyring.hpp"
#include "policy/notices/key_watch.hpp"

#include <chrono>
#include <set>
#include <string>
#include <vector>

namespace sealgate::keys {

// Of those that end `within` that time from now, or have ended.
std::vector<policy::ending_certificate> due_certificates(const keys::keyring& all, const policy::encryption& how,
                                                         std::chrono::seconds within, time_point now);

// Of what was found, those that are bound: they are an administrator's to see to, whatever the policy says of their source.
std::vector<policy::ending_certificate> due_bound_ones(const keys::keyring& all, const policy::encryption& how,
                                                       std::chrono::seconds within, time_point now);

// Which are bound, to whomever; none where that cannot be told.
std::set<std::string> bound_ones(const keys::keyring& all);

} // namespace sealgate::keys
