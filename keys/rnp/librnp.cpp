#include "keys/rnp/librnp.hpp"

#include <cstdint>
#include <cstdio>
#include <new>
#include <unistd.h>
#include <utility>

namespace sealgate::keys {

namespace {

template <class Owner>
Owner owner_of(rnp_result_t result, typename Owner::pointer raw) {
    if (result == RNP_ERROR_OUT_OF_MEMORY) throw std::bad_alloc();
    if (result != RNP_SUCCESS || raw == nullptr) throw librnp_broken("librnp does not work: " + text_of_rnp(result));
    return Owner(raw);
}

bool read(void* from, void* to, std::size_t room, std::size_t* count) {
    *count = static_cast<pieces_reader*>(from)->read(static_cast<char*>(to), room);
    return true;
}

thread_local bool is_quiet = false;

// As fopencookie(3) wants it: what was written, or 0 for an error.
ssize_t write_others(void*, const char* octets, std::size_t size) {
    const auto written = is_quiet ? static_cast<ssize_t>(size) : ::write(STDERR_FILENO, octets, size);
    return written < 0 ? 0 : written;
}

} // namespace

rnp_ffi new_ffi() {
    rnp_ffi_t raw = nullptr;
    const auto result = rnp_ffi_create(&raw, "GPG", "GPG");
    return owner_of<rnp_ffi>(result, raw);
}

rnp_input input_from(std::string_view octets) {
    rnp_input_t raw = nullptr;
    const auto result = rnp_input_from_memory(&raw, reinterpret_cast<const std::uint8_t*>(octets.data()), octets.size(), false);
    return owner_of<rnp_input>(result, raw);
}

rnp_input input_from(pieces_reader& reader) {
    rnp_input_t raw = nullptr;
    const auto result = rnp_input_from_callback(&raw, &read, nullptr, &reader);
    return owner_of<rnp_input>(result, raw);
}

written_output::written_output(octet_writer& to)
    : to_(to) {
    rnp_output_t raw = nullptr;
    const auto result = rnp_output_to_callback(&raw, &append, nullptr, this);
    output_ = owner_of<rnp_output>(result, raw);
}

// librnp is C to us: nothing may be thrown through it.
bool written_output::append(void* self, const void* octets, std::size_t size) {
    auto& of = *static_cast<written_output*>(self);
    try {
        of.to_.append({static_cast<const char*>(octets), size});
        return true;
    } catch (...) {
        of.thrown_ = std::current_exception();
        return false;
    }
}

void written_output::close() {
    output_.reset();
    if (thrown_) std::rethrow_exception(thrown_);
}

std::string text_of_rnp(rnp_result_t error) { return rnp_result_to_string(error); }

std::string problem_with_librnp() {
    if (rnp_version() == rnp_version_for(0, 18, 0))
        return "librnp 0.18.0 encrypts with a key that everybody knows (CVE-2025-13470)";
    constexpr std::pair<const char*, const char*> needed[] = {
        {RNP_FEATURE_SYMM_ALG, "AES256"}, {RNP_FEATURE_PK_ALG, "ECDH"}, {RNP_FEATURE_PK_ALG, "RSA"}};
    for (const auto& [kind, name] : needed) {
        bool supported = false;
        if (rnp_supports_feature(kind, name, &supported) != RNP_SUCCESS || !supported)
            return std::string("librnp ") + rnp_version_string() + " was built without " + name;
    }
    return {};
}

// stderr is a variable in glibc, and librnp writes to it; std::cerr and our journal keep their own. The first object of librnp
// makes what all share.
void prepare_librnp() {
    static FILE* const filtered =
        ::fopencookie(nullptr, "w", {.read = nullptr, .write = &write_others, .seek = nullptr, .close = nullptr});
    if (filtered == nullptr) throw std::bad_alloc();
    ::setvbuf(filtered, nullptr, _IONBF, 0);
    stderr = filtered;
    const quiet_librnp quiet;
    new_ffi();
}

quiet_librnp::quiet_librnp()
    : before_(std::exchange(is_quiet, true)) {}

quiet_librnp::~quiet_librnp() { is_quiet = before_; }

} // namespace sealgate::keys
