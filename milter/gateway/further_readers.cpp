#include "milter/gateway/further_readers.hpp"

namespace sealgate::milter {

std::expected<std::vector<const keys::stored_certificate*>, std::string>
further_readers(const snapshot& live, const policy::address& sender, keys::time_point now) {
    std::vector<const keys::stored_certificate*> out;
    for (const auto& entry : live.rules.encryption.always_to) {
        const auto found = live.certificates.find_entry(entry, now);
        if (found.state != policy::key_state::usable)
            return std::unexpected("the key of " + entry + " (encryption.always_to) is " + std::string(name_of(found.state)));
        out.push_back(found.stored);
    }
    if (!live.rules.encryption.to_sender || sender.is_null()) return out;
    const auto own = live.certificates.find(sender.key(), now);
    if (own.state == policy::key_state::usable) out.push_back(own.stored);
    return out;
}

} // namespace sealgate::milter
