#include "policy/crypto/ed25519.hpp"

#include "policy/base/base64.hpp"
#include "policy/base/text.hpp"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <algorithm>
#include <memory>
#include <stdexcept>

namespace sealgate {

namespace {

using key_handle = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using bio_handle = std::unique_ptr<BIO, decltype(&BIO_free)>;
using digest_handle = std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)>;

constexpr std::size_t signature_size = 64;

const unsigned char* octets_of(std::string_view bytes) { return reinterpret_cast<const unsigned char*>(bytes.data()); }

[[noreturn]] void fail(std::string_view what) { throw std::runtime_error("libcrypto cannot " + std::string(what)); }

key_handle private_handle(const std::array<unsigned char, 32>& seed) {
    key_handle key(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, seed.data(), seed.size()), &EVP_PKEY_free);
    if (!key) fail("make an Ed25519 key");
    return key;
}

bio_handle reader_of(std::string_view text) {
    bio_handle in(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())), &BIO_free);
    if (!in) fail("read a key");
    return in;
}

// A file that asks for a passphrase is refused, not asked about on a terminal.
int no_passphrase(char*, int, int, void*) { return -1; }

} // namespace

std::string to_text(const ed25519_public_key& key) {
    return text::encode_base64({reinterpret_cast<const char*>(key.octets.data()), key.octets.size()});
}

std::optional<ed25519_public_key> parse_ed25519_public_key(std::string_view text) {
    constexpr std::size_t longest = 4096;
    if (text.size() > longest) return std::nullopt;
    text = text::trim(text);
    ed25519_public_key out;
    if (const auto raw = text::decode_strict_base64(text); raw && raw->size() == out.octets.size()) {
        std::ranges::copy(*raw, out.octets.begin());
        return out;
    }
    const auto in = reader_of(text);
    const key_handle key(PEM_read_bio_PUBKEY(in.get(), nullptr, no_passphrase, nullptr), &EVP_PKEY_free);
    std::size_t size = out.octets.size();
    if (!key || EVP_PKEY_id(key.get()) != EVP_PKEY_ED25519 ||
        EVP_PKEY_get_raw_public_key(key.get(), out.octets.data(), &size) != 1)
        return std::nullopt;
    return out;
}

std::optional<ed25519_key> ed25519_key::from_pem(std::string_view pem) {
    const auto in = reader_of(pem);
    const key_handle key(PEM_read_bio_PrivateKey(in.get(), nullptr, no_passphrase, nullptr), &EVP_PKEY_free);
    std::array<unsigned char, 32> seed{};
    std::size_t size = seed.size();
    if (!key || EVP_PKEY_id(key.get()) != EVP_PKEY_ED25519 || EVP_PKEY_get_raw_private_key(key.get(), seed.data(), &size) != 1)
        return std::nullopt;
    return ed25519_key(seed);
}

std::string ed25519_key::to_pem() const {
    const auto key = private_handle(seed_);
    const bio_handle out(BIO_new(BIO_s_mem()), &BIO_free);
    if (!out || PEM_write_bio_PrivateKey(out.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) != 1) fail("write a key");
    char* data = nullptr;
    const auto size = BIO_get_mem_data(out.get(), &data);
    return {data, static_cast<std::size_t>(size)};
}

ed25519_public_key ed25519_key::public_key() const {
    ed25519_public_key out;
    std::size_t size = out.octets.size();
    if (EVP_PKEY_get_raw_public_key(private_handle(seed_).get(), out.octets.data(), &size) != 1) fail("make a public key");
    return out;
}

std::string ed25519_key::sign(std::string_view bytes) const {
    const auto key = private_handle(seed_);
    const digest_handle context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
    std::string out(signature_size, '\0');
    std::size_t size = out.size();
    if (!context || EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key.get()) != 1 ||
        EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(out.data()), &size, octets_of(bytes), bytes.size()) != 1)
        fail("sign");
    return out;
}

bool verifies(const ed25519_public_key& key, std::string_view bytes, std::string_view signature) {
    const key_handle handle(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, key.octets.data(), key.octets.size()),
                            &EVP_PKEY_free);
    const digest_handle context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
    return handle && context && EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, handle.get()) == 1 &&
           EVP_DigestVerify(context.get(), octets_of(signature), signature.size(), octets_of(bytes), bytes.size()) == 1;
}

} // namespace sealgate
