#include "keys/rnp/librnp.hpp"

#include <cstdint>
#include <cstdio>
#include <new>
#include <unistd.h>
#include <utility>

namespace sealgate::keys {

namespace {

template <class Owner>
Owner owned_or_no_memory(rnp_result_t result, typename Owner::pointer raw) {
    if (result != RNP_SUCCESS || raw == nullptr) throw std::bad_alloc();
    return Owner(raw);
}

// librnp is C to us: nothing may be thrown through it.
bool append(void* to, const void* octets, std::size_t size) {
    try {
        static_cast<std::string*>(to)->append(static_cast<const char*>(octets), size);
        return true;
    } catch (const std::bad_alloc&) {
        return false;
    }
}

// "[name() /path/of/file.cpp:12] text", as librnp's rnp_log begins each line.
bool is_of_librnp(std::string_view line) { return line.starts_with('[') && line.find("() ") < line.find(']'); }

ssize_t write_others(void*, const char* line, std::size_t size) {
    if (is_of_librnp({line, size})) return static_cast<ssize_t>(size);
    return ::write(STDERR_FILENO, line, size);
}

} // namespace

rnp_ffi new_ffi() {
    rnp_ffi_t raw = nullptr;
    const auto result = rnp_ffi_create(&raw, "GPG", "GPG");
    return owned_or_no_memory<rnp_ffi>(result, raw);
}

rnp_input input_from(std::string_view octets) {
    rnp_input_t raw = nullptr;
    const auto result = rnp_input_from_memory(&raw, reinterpret_cast<const std::uint8_t*>(octets.data()), octets.size(), false);
    return owned_or_no_memory<rnp_input>(result, raw);
}

rnp_output output_to(std::string& octets) {
    rnp_output_t raw = nullptr;
    const auto result = rnp_output_to_callback(&raw, &append, nullptr, &octets);
    return owned_or_no_memory<rnp_output>(result, raw);
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
    static const bool prepared = [] {
        FILE* filtered =
            ::fopencookie(nullptr, "w", {.read = nullptr, .write = &write_others, .seek = nullptr, .close = nullptr});
        if (filtered == nullptr) throw std::bad_alloc();
        ::setvbuf(filtered, nullptr, _IOLBF, BUFSIZ);
        stderr = filtered;
        return new_ffi() != nullptr;
    }();
    static_cast<void>(prepared);
}

} // namespace sealgate::keys
