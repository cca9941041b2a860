#include "milter/audit/file_tail.hpp"

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <unistd.h>

namespace sealgate::milter {

namespace {

// Appends what stands there, at most so many octets; false at the end of the file.
bool append_range(std::string& to, int descriptor, off_t from, std::size_t most, const std::filesystem::path& path) {
    const auto have = to.size();
    to.resize(have + most);
    const auto n = ::pread(descriptor, to.data() + have, most, from);
    if (n < 0) throw std::system_error(errno, std::generic_category(), "cannot read " + path.string());
    to.resize(have + static_cast<std::size_t>(n));
    return n > 0;
}

} // namespace

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

std::optional<std::string> line_at(int descriptor, off_t at, std::size_t most, const std::filesystem::path& path) {
    std::string line;
    if (at > 0 && (!append_range(line, descriptor, at - 1, 1, path) || line != "\n")) return std::nullopt;
    line.clear();
    off_t next = at;
    for (std::size_t step = 4 * 1024, searched = 0;; step = std::min<std::size_t>(step * 4, 1 << 20)) {
        const auto have = line.size();
        if (!append_range(line, descriptor, next, step, path)) return std::nullopt;
        next += static_cast<off_t>(line.size() - have);
        if (const auto end = line.find('\n', searched); end != std::string::npos) return line.substr(0, std::min(end, most));
        if (line.size() > most) line.resize(most);
        searched = line.size();
    }
}

} // namespace sealgate::milter
