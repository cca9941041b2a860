#include "keys/sealing/read_back.hpp"

#include "keys/openpgp/encrypted_message.hpp"
#include "keys/openpgp/key_of_zeros.hpp"

#include <algorithm>
#include <iterator>

namespace sealgate::keys {

namespace {

constexpr std::size_t session_key_of_aes256 = 32; // octets

std::vector<std::string> sorted_key_ids(const auto& of, auto key_id) {
    std::vector<std::string> out;
    std::ranges::transform(of, std::back_inserter(out), key_id);
    std::ranges::sort(out);
    return out;
}

std::string what_it_did(std::string_view ciphertext, std::size_t entity_size, const std::vector<seal_recipient>& recipients) {
    const auto message = read_encrypted_message(ciphertext);
    if (!message) return "did not make an encrypted message: " + message.error();
    if (message->passphrases != 0) return "encrypted to a passphrase too";
    if (sorted_key_ids(message->readers, &reader::key_id) != sorted_key_ids(each_once(recipients), &seal_recipient::key_id))
        return "encrypted to other keys than asked for";
    const auto is_too_short = [](const reader& one) { return one.longest_session_key < session_key_of_aes256; };
    if (std::ranges::any_of(message->readers, is_too_short)) return "made a session key too short for AES-256";
    // Nothing is compressed, so less than this cannot hold it all.
    if (ciphertext.size() < entity_size) return "encrypted only a part of the message";
    if (opens_with_key_of_zeros(ciphertext)) return "encrypted with a session key of zeros, which opens it for everybody";
    return {};
}

} // namespace

std::string problem_with_sealed(std::string_view ciphertext, std::size_t entity_size,
                                const std::vector<seal_recipient>& recipients, std::string_view engine) {
    const auto did = what_it_did(ciphertext, entity_size, recipients);
    return did.empty() ? did : std::string(engine) + " " + did;
}

} // namespace sealgate::keys
