#include "policy/crypto/aes.hpp"

#include <openssl/evp.h>

#include <array>
#include <cassert>
#include <memory>
#include <stdexcept>

namespace sealgate {

std::string decipher_aes256_cfb(std::string_view key, std::string_view octets) {
    assert(key.size() == 32);
    constexpr std::array<unsigned char, 16> no_vector{};
    const std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)> context(EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free);
    std::string out(octets.size(), '\0');
    int made = 0;
    if (context == nullptr ||
        EVP_DecryptInit_ex(context.get(), EVP_aes_256_cfb128(), nullptr, reinterpret_cast<const unsigned char*>(key.data()),
                           no_vector.data()) != 1 ||
        EVP_DecryptUpdate(context.get(), reinterpret_cast<unsigned char*>(out.data()), &made,
                          reinterpret_cast<const unsigned char*>(octets.data()), static_cast<int>(octets.size())) != 1)
        throw std::runtime_error("libcrypto cannot decipher AES-256");
    return out;
}

} // namespace sealgate
