#include "milter/key_commands/takeover.hpp"

#include "keys/base/clock.hpp"
#include "milter/cli/dispatch.hpp"

namespace sealgate::milter {

std::map<std::string, std::string> sealed_to_now(const keys::key_lookup& certificates,
                                                 const std::vector<std::string>& addresses) {
    std::map<std::string, std::string> out;
    for (const auto& address : addresses) {
        const auto found = certificates.find(address, keys::this_second());
        if (found.state == policy::key_state::usable) out.emplace(address, found.stored->cert.fingerprint);
    }
    return out;
}

std::map<std::string, std::string> pinned_before(const keys::keyring& certificates, const std::vector<std::string>& addresses) {
    std::map<std::string, std::string> out;
    for (const auto& address : addresses)
        if (auto pinned = certificates.pinned_for(address); pinned && !pinned->empty())
            out.emplace(address, *std::move(pinned));
    return out;
}

void tell_takeovers(const std::map<std::string, std::string>& before, const keys::key_lookup& after) {
    for (const auto& [address, old] : before) {
        const auto found = after.find(address, keys::this_second());
        if (found.state != policy::key_state::usable || found.stored->cert.fingerprint == old) continue;
        const auto& fingerprint = found.stored->cert.fingerprint;
        complain("mail to " + address + " is encrypted to " + fingerprint + " from now on, no longer to " + old +
                 "; if that is not meant: sealgate keys remove " + fingerprint);
    }
}

} // namespace sealgate::milter
