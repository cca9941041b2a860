#include "keys/seal.hpp"

#include "keys/packets.hpp"

#include <algorithm>
#include <cassert>
#include <exception>

namespace sealgate::keys {

namespace {

void keep_each_once(std::vector<seal_recipient>& recipients) {
    std::ranges::sort(recipients, {}, &seal_recipient::fingerprint);
    const auto repeated = std::ranges::unique(recipients, {}, &seal_recipient::fingerprint);
    recipients.erase(repeated.begin(), repeated.end());
}

std::vector<std::string> sorted_key_ids(const auto& of, auto key_id) {
    std::vector<std::string> out;
    std::ranges::transform(of, std::back_inserter(out), key_id);
    std::ranges::sort(out);
    return out;
}

} // namespace

seal_recipient recipient_for(const stored_certificate& stored, time_point now) {
    const auto* key = encryption_subkey(stored.cert, now);
    assert(key != nullptr && state_at(stored.cert, now) == policy::key_state::usable);
    return {.certificate = stored.binary, .fingerprint = stored.cert.fingerprint, .key_id = key->key_id};
}

std::string problem_with_sealed(std::string_view ciphertext, std::string_view entity,
                                const std::vector<seal_recipient>& recipients) {
    const auto message = read_encrypted_message(ciphertext);
    if (!message) return "gpg did not make an encrypted message: " + message.error();
    if (message->passphrases != 0) return "gpg encrypted to a passphrase too";
    if (sorted_key_ids(message->readers, &reader::key_id) != sorted_key_ids(recipients, &seal_recipient::key_id))
        return "gpg encrypted to other keys than asked for";
    // Nothing is compressed, so less than this cannot hold it all.
    if (ciphertext.size() < entity.size()) return "gpg encrypted only a part of the message";
    return {};
}

std::expected<std::string, seal_error> sealer::seal(std::string_view entity, std::vector<seal_recipient> recipients) {
    if (recipients.empty()) return std::unexpected(seal_error{"nobody to encrypt to"});
    keep_each_once(recipients);
    std::vector<named_certificate> certificates;
    for (const auto& one : recipients) certificates.push_back({.fingerprint = one.fingerprint, .binary = *one.certificate});
    try {
        auto ciphertext = gpg_.encrypt(entity, certificates);
        if (!ciphertext) return std::unexpected(seal_error{ciphertext.error()});
        if (auto problem = problem_with_sealed(*ciphertext, entity, recipients); !problem.empty())
            return std::unexpected(seal_error{std::move(problem)});
        return *std::move(ciphertext);
    } catch (const std::exception& broken) {
        return std::unexpected(seal_error{broken.what()});
    }
}

} // namespace sealgate::keys
