#include "keys/sealing/seal.hpp"

#include "keys/certificates/one_subkey.hpp"
#include "keys/openpgp/encrypted_message.hpp"

#include <algorithm>
#include <cassert>
#include <exception>
#include <tuple>
#include <utility>

namespace sealgate::keys {

namespace {

constexpr std::size_t session_key_of_aes256 = 32; // octets

// People who begin anew often adopt their old encryption subkey: two certificates, one key, and gpg encrypts to it once.
std::vector<seal_recipient> each_once(std::vector<seal_recipient> recipients) {
    const auto by_subkey = [](const seal_recipient& one) { return std::tie(one.subkey, one.fingerprint); };
    std::ranges::sort(recipients, {}, by_subkey);
    const auto repeated = std::ranges::unique(recipients, {}, &seal_recipient::subkey);
    recipients.erase(repeated.begin(), repeated.end());
    return recipients;
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
    // gpg has a choice of its own where there are several subkeys.
    auto cut = std::make_shared<const std::string>(with_one_subkey(*stored.binary, key->fingerprint));
    return {.certificate = std::move(cut),
            .fingerprint = stored.cert.fingerprint,
            .subkey = key->fingerprint,
            .key_id = key->key_id};
}

std::string problem_with_sealed(std::string_view ciphertext, std::string_view entity,
                                const std::vector<seal_recipient>& recipients) {
    const auto message = read_encrypted_message(ciphertext);
    if (!message) return "gpg did not make an encrypted message: " + message.error();
    if (message->passphrases != 0) return "gpg encrypted to a passphrase too";
    if (sorted_key_ids(message->readers, &reader::key_id) != sorted_key_ids(each_once(recipients), &seal_recipient::key_id))
        return "gpg encrypted to other keys than asked for";
    const auto is_too_short = [](const reader& one) { return one.longest_session_key < session_key_of_aes256; };
    if (std::ranges::any_of(message->readers, is_too_short)) return "gpg made a session key too short for AES-256";
    // Nothing is compressed, so less than this cannot hold it all.
    if (ciphertext.size() < entity.size()) return "gpg encrypted only a part of the message";
    return {};
}

std::expected<std::string, seal_error> sealer::seal(std::string_view entity, std::vector<seal_recipient> recipients) {
    if (recipients.empty()) return std::unexpected(seal_error{"nobody to encrypt to"});
    recipients = each_once(std::move(recipients));
    std::vector<named_certificate> certificates;
    for (const auto& one : recipients) certificates.push_back({.fingerprint = one.fingerprint, .binary = *one.certificate});
    try {
        auto made = gpg_.encrypt(entity, certificates);
        if (!made) return std::unexpected(seal_error{made.error()});
        if (auto problem = problem_with_sealed(made->octets, entity, recipients); !problem.empty())
            return std::unexpected(seal_error{std::move(problem)});
        if (made->cipher != aes256) return std::unexpected(seal_error{"gpg did not encrypt with AES-256"});
        return std::move(made->octets);
    } catch (const gpg_broken& broken) {
        return std::unexpected(seal_error{broken.what()});
    }
}

} // namespace sealgate::keys
