#include "milter/files.hpp"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sys/stat.h>

namespace sealgate::milter {

std::expected<std::string, std::string> read_file(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    if (!in) return std::unexpected(std::string("cannot be read: ") + std::strerror(errno));
    if (std::error_code error; !std::filesystem::is_regular_file(path, error) || error)
        return std::unexpected("cannot be read: it is not a regular file");
    const auto size = std::filesystem::file_size(path);
    if (size > (std::uintmax_t{1} << 30)) return std::unexpected("is larger than 1 GiB");
    std::string bytes(static_cast<std::size_t>(size), '\0');
    in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    bytes.resize(static_cast<std::size_t>(in.gcount()));
    return bytes;
}

void make_private_directory(const std::string& path) {
    namespace fs = std::filesystem;
    if (fs::is_directory(path)) return;
    const auto above = fs::path(path).parent_path();
    if (!above.empty()) make_private_directory(above.string());
    if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST)
        throw std::runtime_error("cannot make the directory " + path + ": " + std::strerror(errno));
}

} // namespace sealgate::milter
