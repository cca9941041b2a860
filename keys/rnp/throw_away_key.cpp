#include "keys/rnp/throw_away_key.hpp"

#include "keys/rnp/librnp.hpp"

#include <cstdint>
#include <new>
#include <utility>

namespace sealgate::keys {

namespace {

constexpr std::uint32_t lifetime = 3600; // seconds, after which it is of no use to anybody

rnp_result_t run(rnp_op_generate_t operation, rnp_key& made) {
    rnp_key_handle_t key = nullptr;
    const auto error = first_error([&] { return rnp_op_generate_set_expiration(operation, lifetime); },
                                   [&] { return rnp_op_generate_execute(operation); },
                                   [&] { return rnp_op_generate_get_key(operation, &key); });
    made.reset(key);
    return error;
}

rnp_result_t make_primary(rnp_ffi_t ffi, rnp_key& made) {
    rnp_op_generate_t raw = nullptr;
    if (const auto error = rnp_op_generate_create(&raw, ffi, "EDDSA"); error != RNP_SUCCESS) return error;
    const rnp_generation operation(raw);
    return first_error([&] { return rnp_op_generate_set_userid(raw, "sealgate"); }, [&] { return run(raw, made); });
}

rnp_result_t make_subkey(rnp_ffi_t ffi, rnp_key_handle_t primary, rnp_key& made) {
    rnp_op_generate_t raw = nullptr;
    if (const auto error = rnp_op_generate_subkey_create(&raw, ffi, primary, "ECDH"); error != RNP_SUCCESS) return error;
    const rnp_generation operation(raw);
    return first_error([&] { return rnp_op_generate_set_curve(raw, "Curve25519"); },
                       [&] { return rnp_op_generate_add_usage(raw, "encrypt"); }, [&] { return run(raw, made); });
}

rnp_result_t export_to(std::string& octets, rnp_key_handle_t key, std::uint32_t what) {
    constexpr std::size_t expected = 1024;
    const auto writer = write_in_memory(expected);
    written_output output(*writer);
    const auto error = rnp_key_export(key, output.get(), what | RNP_KEY_EXPORT_SUBKEYS);
    output.close();
    octets = writer->finish();
    return error;
}

rnp_result_t name_into(std::string& name, rnp_key_handle_t key, rnp_result_t (*of)(rnp_key_handle_t, char**)) {
    char* text = nullptr;
    const auto error = of(key, &text);
    if (text != nullptr) name = text;
    rnp_buffer_destroy(text);
    return error;
}

} // namespace

std::expected<throw_away_key, std::string> make_throw_away_key() {
    const quiet_librnp quiet;
    const auto ffi = new_ffi();
    rnp_key primary, subkey;
    throw_away_key out;
    const auto error = first_error([&] { return make_primary(ffi.get(), primary); },
                                   [&] { return make_subkey(ffi.get(), primary.get(), subkey); },
                                   [&] { return export_to(out.certificate, primary.get(), RNP_KEY_EXPORT_PUBLIC); },
                                   [&] { return export_to(out.secret, primary.get(), RNP_KEY_EXPORT_SECRET); },
                                   [&] { return name_into(out.fingerprint, primary.get(), &rnp_key_get_fprint); },
                                   [&] { return name_into(out.subkey, subkey.get(), &rnp_key_get_fprint); },
                                   [&] { return name_into(out.key_id, subkey.get(), &rnp_key_get_keyid); });
    if (error != RNP_SUCCESS) return std::unexpected("librnp makes no key: " + text_of_rnp(error));
    return out;
}

} // namespace sealgate::keys
