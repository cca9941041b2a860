#include "keys/sealing/seal.hpp"

#include "keys/sealing/read_back.hpp"

#include <utility>

namespace sealgate::keys {

std::expected<octets, seal_error> sealer::seal(const octet_pieces& entity, std::vector<seal_recipient> recipients) {
    if (recipients.empty()) return std::unexpected(seal_error{"nobody to encrypt to"});
    recipients = each_once(std::move(recipients));
    std::vector<named_certificate> certificates;
    for (const auto& one : recipients) certificates.push_back({.fingerprint = one.fingerprint, .binary = *one.certificate});
    try {
        auto made = gpg_.encrypt(entity, certificates, room_);
        if (!made) return std::unexpected(seal_error{made.error()});
        if (auto problem = problem_with_sealed(made->octets, size_of(entity), recipients, "gpg"); !problem.empty())
            return std::unexpected(seal_error{std::move(problem)});
        if (made->cipher != aes256) return std::unexpected(seal_error{"gpg did not encrypt with AES-256"});
        return std::move(made->octets);
    } catch (const gpg_broken& broken) {
        return std::unexpected(seal_error{broken.what()});
    }
}

} // namespace sealgate::keys
