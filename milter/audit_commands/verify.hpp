// `audit verify`: says of an audit log, in plain words, what is proved and what is not.
#pragma once

#include "milter/audit_commands/asked_log.hpp"
#include "milter/cli/arguments.hpp"
#include "milter/proof/prove.hpp"
#include "milter/settings/config.hpp"

#include <optional>
#include <string>
#include <vector>

namespace sealgate::milter {

// --key, each as Base64, PEM, a verifier key of C2SP (NAME+ID+KEY), or a file with one of these; nothing after a complaint.
std::optional<std::vector<ed25519_public_key>> keys_asked_for(const invocation& called);

// What --checkpoint, --key and --from ask for; nothing after a complaint. Throws where there is no log.
std::optional<proof_request> proof_asked_for(const invocation& called, const config& gateway,
                                             const std::vector<std::string>& logs);

// The same of logs in a database, each by itself: every gateway has a key of its own, and all keys of --key count for each.
struct fleet_proof_request {
    std::string gateway;
    proof_request asked;
};
std::optional<std::vector<fleet_proof_request>> proofs_asked_for(const invocation& called, const asked_log& log);

// `logs`: files to verify instead of the gateway's own; then `gateway` is not looked at. Returns an exit_status.
int verify_log(const invocation& called, const config& gateway, const std::vector<std::string>& logs);

} // namespace sealgate::milter
