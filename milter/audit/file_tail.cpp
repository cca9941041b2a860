#include "milter/audit/file_tail.hpp"

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <unistd.h>

namespace sealgate::milter {

std::string read_range(int descriptor, off_t from, off_t to, const std::filesystem::path& path) {
    std::string bytes(static_cast<std::size_t>(to - from), '\0');
    for (std::size_t have = 0; have < bytes.size();) {
        const auto n = ::pread(descriptor, bytes.data() + have, bytes.size() - have, from + static_cast<off_t>(have));
        if (n <= 0) throw std::system_error(n < 0 ? errno : EIO, std::generic_category(), "cannot read " + path.string());
        have += static_cast<std::size_t>(n);
    }
    return bytes;
}

off_t line_start(int descriptor, off_t end, const std::filesystem::path& path) {
    constexpr off_t step = 64 * 1024;
    for (off_t to = end; to > 0;) {
        const off_t from = std::max<off_t>(0, to - step);
        const auto bytes = read_range(descriptor, from, to, path);
        if (const auto at = bytes.rfind('\n'); at != std::string::npos) return from + static_cast<off_t>(at) + 1;
        to = from;
    }
    return 0;
}

} // namespace sealgate::milter
