#include "keys/rnp/engine.hpp"

#include <chrono>
#include <cstdint>
#include <new>
#include <utility>

namespace sealgate::keys {

namespace {

constexpr std::size_t most_certificates = 256;                        // some 10 MB a thread
constexpr std::size_t room_for_packets = 4096, room_for_reader = 600; // octets

std::uint64_t now() {
    return static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count());
}

} // namespace

rnp_engine::rnp_engine()
    : ffi_(new_ffi())
    , recipients_(most_certificates) {}

std::expected<octets, std::string> rnp_engine::encrypt(const octet_pieces& text, const std::vector<rnp_recipient>& to,
                                                       const octet_room& room) {
    const quiet_librnp quiet;
    const auto size = size_of(text);
    const auto out = room(size + size / 1024 + room_for_packets + to.size() * room_for_reader);
    auto problem = encrypt_into(*out, text, to);
    recipients_.trim();
    if (!problem.empty()) return std::unexpected(std::move(problem));
    return out->finish();
}

// What was written before an error is to be thrown away.
std::string rnp_engine::encrypt_into(octet_writer& out, const octet_pieces& text, const std::vector<rnp_recipient>& to) {
    pieces_reader reader(text);
    const auto input = input_from(reader);
    written_output output(out);
    rnp_op_encrypt_t raw = nullptr;
    if (const auto error = rnp_op_encrypt_create(&raw, ffi_.get(), input.get(), output.get()); error != RNP_SUCCESS)
        return "librnp does not begin: " + text_of_rnp(error);
    const rnp_encryption operation(raw);
    for (const auto& one : to) {
        const auto key = recipients_.find(one.certificate, one.subkey, now());
        if (!key) return key.error();
        if (const auto error = rnp_op_encrypt_add_recipient(raw, *key); error != RNP_SUCCESS)
            return "librnp does not encrypt to " + one.subkey + ": " + text_of_rnp(error);
    }
    const auto error = first_error(
        [&] { return rnp_op_encrypt_set_cipher(raw, "AES256"); }, [&] { return rnp_op_encrypt_set_aead(raw, "None"); },
        [&] { return rnp_op_encrypt_set_compression(raw, "Uncompressed", 0); }, [&] { return rnp_op_encrypt_execute(raw); });
    output.close();
    if (error == RNP_ERROR_OUT_OF_MEMORY) throw std::bad_alloc();
    return error == RNP_SUCCESS ? std::string() : "librnp did not encrypt: " + text_of_rnp(error);
}

} // namespace sealgate::keys
