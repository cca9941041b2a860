#include "policy/crypto/digest.hpp"

#include "policy/base/hex.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <stdexcept>

namespace sealgate {

namespace {

using sha256 = std::array<std::uint8_t, 32>;

std::string hex(const auto& octets) { return text::lower_hex({reinterpret_cast<const char*>(octets.data()), octets.size()}); }

} // namespace

std::array<std::uint8_t, 32> sha256_of(std::string_view bytes) {
    sha256 digest{};
    if (EVP_Digest(bytes.data(), bytes.size(), digest.data(), nullptr, EVP_sha256(), nullptr) != 1)
        throw std::runtime_error("libcrypto cannot compute SHA-256");
    return digest;
}

std::string sha256_hex(std::string_view bytes) { return hex(sha256_of(bytes)); }

std::array<std::uint8_t, 20> sha1_of(std::string_view bytes) {
    std::array<std::uint8_t, 20> digest{};
    if (EVP_Digest(bytes.data(), bytes.size(), digest.data(), nullptr, EVP_sha1(), nullptr) != 1)
        throw std::runtime_error("libcrypto cannot compute SHA-1");
    return digest;
}

std::string sha1_hex(std::string_view bytes) { return hex(sha1_of(bytes)); }

std::array<std::uint8_t, 32> hmac_sha256(std::string_view key, std::string_view bytes) {
    sha256 digest{};
    if (HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(bytes.data()),
             bytes.size(), digest.data(), nullptr) == nullptr)
        throw std::runtime_error("libcrypto cannot compute HMAC-SHA-256");
    return digest;
}

std::string hmac_sha256_hex(std::string_view key, std::string_view bytes) { return hex(hmac_sha256(key, bytes)); }

} // namespace sealgate
