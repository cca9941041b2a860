#include "keys/base/mapped_file.hpp"

#include <algorithm>
#include <cerrno>
#include <memory>
#include <sys/mman.h>
#include <sys/types.h>
#include <system_error>
#include <unistd.h>

namespace sealgate::keys {

namespace {

[[noreturn]] void fail(const char* doing, const std::filesystem::path& name) {
    throw std::system_error(errno, std::generic_category(), doing + name.string());
}

void read_through(int descriptor, const std::filesystem::path& name, std::size_t size) {
    constexpr std::size_t piece = 256 * 1024;
    const auto buffer = std::make_unique_for_overwrite<char[]>(piece);
    for (std::size_t at = 0; at < size;) {
        const auto count = ::pread(descriptor, buffer.get(), std::min(piece, size - at), static_cast<off_t>(at));
        if (count < 0 && errno == EINTR) continue;
        if (count == 0) errno = EIO; // it is shorter than it was
        if (count <= 0) fail("cannot read ", name);
        at += static_cast<std::size_t>(count);
    }
}

} // namespace

octets mapped(int descriptor, const std::filesystem::path& name, std::size_t size) {
    if (size == 0) return {};
    void* const at = ::mmap(nullptr, size, PROT_READ, MAP_SHARED, descriptor, 0);
    if (at == MAP_FAILED) fail("cannot map ", name);
    const std::shared_ptr<const void> owner(at, [size](const void* mapping) { ::munmap(const_cast<void*>(mapping), size); });
    return {{static_cast<const char*>(at), size}, owner};
}

octets read_mapped(int descriptor, const std::filesystem::path& name, std::size_t size) {
    read_through(descriptor, name, size);
    return mapped(descriptor, name, size);
}

} // namespace sealgate::keys
