#include "milter/files.hpp"

#include "keys/files.hpp"

#include <filesystem>
#include <system_error>

namespace sealgate::milter {

std::expected<std::string, std::string> read_file(const std::string& path) {
    try {
        const auto size = std::filesystem::file_size(path);
        if (size > (std::uintmax_t{1} << 30)) return std::unexpected("is larger than 1 GiB");
        return keys::read_file(path);
    } catch (const std::system_error& problem) {
        return std::unexpected("cannot be read: " + problem.code().message());
    }
}

} // namespace sealgate::milter
