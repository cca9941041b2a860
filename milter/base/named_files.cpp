#include "milter/base/named_files.hpp"

#include "keys/base/files.hpp"

#include <filesystem>
#include <system_error>
#include <unistd.h>

namespace sealgate::milter {

namespace {

std::expected<std::string, std::string> read_by(auto how) {
    try {
        return how();
    } catch (const std::system_error& problem) {
        return std::unexpected("cannot be read: " + problem.code().message());
    }
}

} // namespace

std::expected<std::string, std::string> read_file(const std::string& path) {
    return read_by([&] { return keys::read_file(path, keys::largest_file, keys::input_kind::file_or_pipe); });
}

// Not by a name such as /dev/stdin: a socket, as sshd may give, cannot be opened.
std::expected<std::string, std::string> read_file_or_input(const std::string& path) {
    if (path != "-") return read_file(path);
    return read_by([] { return keys::read_open(STDIN_FILENO, "the standard input"); });
}

std::expected<std::optional<std::vector<std::string>>, std::string> list_directory(const std::string& path) {
    std::vector<std::string> names;
    try {
        for (const auto& file : std::filesystem::directory_iterator(path)) names.push_back(file.path().filename().string());
    } catch (const std::filesystem::filesystem_error& problem) {
        if (problem.code() == std::errc::no_such_file_or_directory) return std::nullopt;
        return std::unexpected("cannot be read: " + problem.code().message());
    }
    return names;
}

} // namespace sealgate::milter
