#include "milter/gateway/further_readers.hpp"

#include <utility>

namespace sealgate::milter {

std::expected<std::vector<keys::shared_certificate>, std::string>
further_readers(const snapshot& live, const policy::address& sender, keys::time_point now) {
    std::vector<keys::shared_certificate> out;
    for (const auto& entry : live.rules.encryption.always_to) {
        auto found = live.certificates->own().find_entry(entry, now);
        if (found.state != policy::key_state::usable)
            return std::unexpected("the key of " + entry + " (encryption.always_to) is " + std::string(name_of(found.state)));
        out.push_back(std::move(found.stored));
    }
    if (!live.rules.encryption.to_sender || sender.is_null()) return out;
    auto own = live.certificates->find(sender.key(), now);
    const bool is_our_word = own.standing == policy::key_standing::own || own.standing == policy::key_standing::bound;
    if (own.state == policy::key_state::usable && is_our_word) out.push_back(std::move(own.stored));
    return out;
}

} // namespace sealgate::milter
