// To whom a held mail is, as its sender wrote it: without whom Postfix added (always_bcc, members of aliases) or the gateway
// did (archives), who get it once more when it is handed in anew, and whom its sender need not know of. Pure.
#pragma once

#include "milter/postfix/queue_entry.hpp"
#include "policy/audit/pseudonym.hpp"
#include "policy/rules/policy.hpp"

#include <boost/json/object.hpp>

namespace sealgate::milter {

// `reason`: the decision that held it, which has all that it was written to; null: nobody can tell, and it stays as it is. So
// it does where somebody in the decision is not to be found in it, but for archives.
held_envelope as_written(held_envelope envelope, const policy::policy& rules, const policy::pseudonyms& names,
                         const boost::json::object* reason);

} // namespace sealgate::milter
