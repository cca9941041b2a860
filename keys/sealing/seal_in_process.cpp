#include "keys/sealing/seal_in_process.hpp"

#include "keys/openpgp/packets.hpp"
#include "keys/sealing/read_back.hpp"

#include <utility>

namespace sealgate::keys {

std::expected<octets, seal_error> in_process_sealer::seal(const octet_pieces& entity,
                                                          const std::vector<seal_recipient>& recipients) {
    if (!trust_.holds()) return std::unexpected(seal_error{"sealing in process is out of use"});
    const auto size = size_of(entity);
    if (recipients.empty() || size == 0) return std::unexpected(seal_error{"nobody to encrypt to, or nothing"});
    const auto each = each_once(recipients);
    if (each.size() >= most_message_packets) return std::unexpected(seal_error{"more recipients than one message can have"});
    std::vector<rnp_recipient> to;
    for (const auto& one : each) to.push_back({.certificate = *one.certificate, .subkey = one.subkey});
    try {
        if (!engine_) engine_.emplace();
        auto made = engine_->encrypt(entity, to, room_);
        if (!made) return std::unexpected(seal_error{std::move(made.error())});
        if (const auto problem = problem_with_sealed(*made, size, each, "librnp"); !problem.empty()) return untrusted(problem);
        return *std::move(made);
    } catch (const librnp_broken& broken) {
        return untrusted(broken.what());
    }
}

std::unexpected<seal_error> in_process_sealer::untrusted(const std::string& why) {
    trust_.withdraw(why);
    return std::unexpected(seal_error{why});
}

} // namespace sealgate::keys
