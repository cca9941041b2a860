// What GPGME hands out, as values of ours: certificates, errors in words; and its handles, owned.
// Tested by store/store_test.
#pragma once

#include "keys/certificates/certificate.hpp"

#include <gpgme.h>

#include <memory>
#include <string>
#include <type_traits>

namespace sealgate::keys {

struct release {
    void operator()(gpgme_ctx_t context) const { gpgme_release(context); }
    void operator()(gpgme_data_t data) const { gpgme_data_release(data); }
    void operator()(gpgme_key_t key) const { gpgme_key_unref(key); }
};
template <class Handle>
using owned = std::unique_ptr<std::remove_pointer_t<Handle>, release>;

std::string text_of(gpgme_error_t error);

// Hex digits; nothing for a null pointer.
std::string id_of(const char* hex);

certificate certificate_of(const _gpgme_key& from);

} // namespace sealgate::keys
