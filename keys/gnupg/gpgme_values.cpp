#include "keys/gnupg/gpgme_values.hpp"

#include "keys/certificates/user_id.hpp"
#include "policy/base/text.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <utility>

namespace sealgate::keys {

std::string text_of(gpgme_error_t error) {
    std::array<char, 200> buffer{};
    gpgme_strerror_r(error, buffer.data(), buffer.size());
    return buffer.data();
}

std::string id_of(const char* hex) { return hex != nullptr ? hex : ""; }

namespace {

std::optional<time_point> time_of(long int seconds) {
    if (seconds <= 0) return std::nullopt;
    return time_point(std::chrono::seconds(seconds));
}

// GPGME has numbers of its own for what it tells apart.
std::uint8_t algorithm_of(gpgme_pubkey_algo_t from) {
    if (from == GPGME_PK_ECDH) return 18;
    if (from == GPGME_PK_ECDSA) return 19;
    if (from == GPGME_PK_EDDSA) return 22;
    return from > 0 && from < 256 ? static_cast<std::uint8_t>(from) : 0;
}

subkey subkey_of(const _gpgme_subkey& from) {
    return {.fingerprint = id_of(from.fpr),
            .key_id = id_of(from.keyid),
            .algorithm = algorithm_of(from.pubkey_algo),
            .bits = from.length,
            .created = time_of(from.timestamp).value_or(time_point{}),
            .expires = time_of(from.expires),
            .can_encrypt = from.can_encrypt != 0,
            .revoked = from.revoked != 0,
            .invalid = from.invalid != 0 || from.timestamp < 0,
            .refused = from.length == 0, // gpg knows no such algorithm, or no such curve
            .known_algorithm = from.length != 0};
}

// gpg shows all user ids of a revoked certificate as revoked. They stay, so that its address finds it.
void add_user_id(certificate& to, const _gpgme_user_id& from) {
    if (from.invalid != 0 || (from.revoked != 0 && !to.revoked)) return;
    to.user_ids.push_back(text::printable(from.uid));
    auto address = address_in_user_id(from.address != nullptr && *from.address != '\0' ? from.address : from.uid);
    if (!address.empty()) to.addresses.push_back(std::move(address));
}

} // namespace

certificate certificate_of(const _gpgme_key& from) {
    certificate out;
    out.revoked = from.revoked != 0;
    for (const auto* key = from.subkeys; key != nullptr; key = key->next) out.subkeys.push_back(subkey_of(*key));
    for (const auto* id = from.uids; id != nullptr; id = id->next) add_user_id(out, *id);
    if (!out.subkeys.empty()) {
        const auto& primary = out.subkeys.front();
        out.fingerprint = primary.fingerprint;
        out.created = primary.created;
        out.expires = primary.expires;
    }
    out.invalid = from.invalid != 0 || out.subkeys.empty() || out.subkeys.front().invalid;
    return out;
}

} // namespace sealgate::keys
