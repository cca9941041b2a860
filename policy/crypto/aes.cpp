#include "policy/crypto/aes.hpp"

#include <openssl/evp.h>

#include <array>
#include <cassert>
#include <memory>
#include <stdexcept>

namespace sealgate {

namespace {

using cipher = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;

constexpr std::size_t tag_size = 16;

const unsigned char* raw(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }
unsigned char* raw(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }
int int_size(std::string_view text) { return static_cast<int>(text.size()); }

} // namespace

std::string decipher_aes256_cfb(std::string_view key, std::string_view octets) {
    assert(key.size() == 32);
    constexpr std::array<unsigned char, 16> no_vector{};
    const cipher to(EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free);
    std::string out(octets.size(), '\0');
    int made = 0;
    if (to == nullptr || EVP_DecryptInit_ex(to.get(), EVP_aes_256_cfb128(), nullptr, raw(key), no_vector.data()) != 1 ||
        EVP_DecryptUpdate(to.get(), raw(out), &made, raw(octets), int_size(octets)) != 1)
        throw std::runtime_error("libcrypto cannot decipher AES-256");
    return out;
}

std::string seal_aes256_gcm(std::string_view key, const gcm_nonce& nonce, std::string_view associated,
                            std::string_view octets) {
    assert(key.size() == 32);
    const cipher to(EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free);
    std::string out(octets.size() + tag_size, '\0');
    int made = 0, rest = 0;
    if (to == nullptr || EVP_EncryptInit_ex(to.get(), EVP_aes_256_gcm(), nullptr, raw(key), nonce.data()) != 1 ||
        EVP_EncryptUpdate(to.get(), nullptr, &made, raw(associated), int_size(associated)) != 1 ||
        EVP_EncryptUpdate(to.get(), raw(out), &made, raw(octets), int_size(octets)) != 1 ||
        EVP_EncryptFinal_ex(to.get(), raw(out) + made, &rest) != 1 ||
        EVP_CIPHER_CTX_ctrl(to.get(), EVP_CTRL_GCM_GET_TAG, tag_size, raw(out) + octets.size()) != 1)
        throw std::runtime_error("libcrypto cannot encrypt with AES-256");
    return out;
}

std::optional<std::string> open_aes256_gcm(std::string_view key, const gcm_nonce& nonce, std::string_view associated,
                                           std::string_view sealed) {
    assert(key.size() == 32);
    if (sealed.size() < tag_size) return std::nullopt;
    const auto octets = sealed.substr(0, sealed.size() - tag_size);
    std::string tag(sealed.substr(octets.size())), out(octets.size(), '\0');
    const cipher to(EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free);
    int made = 0, rest = 0;
    if (to == nullptr || EVP_DecryptInit_ex(to.get(), EVP_aes_256_gcm(), nullptr, raw(key), nonce.data()) != 1 ||
        EVP_DecryptUpdate(to.get(), nullptr, &made, raw(associated), int_size(associated)) != 1 ||
        EVP_DecryptUpdate(to.get(), raw(out), &made, raw(octets), int_size(octets)) != 1 ||
        EVP_CIPHER_CTX_ctrl(to.get(), EVP_CTRL_GCM_SET_TAG, tag_size, raw(tag)) != 1)
        throw std::runtime_error("libcrypto cannot decipher AES-256");
    if (EVP_DecryptFinal_ex(to.get(), raw(out) + made, &rest) != 1) return std::nullopt;
    return out;
}

} // namespace sealgate
