#include "milter/base/named_files.hpp"

#include "keys/base/files.hpp"

#include <filesystem>
#include <system_error>

namespace sealgate::milter {

std::expected<std::string, std::string> read_file(const std::string& path) {
    try {
        return keys::read_file(path, keys::largest_file, keys::input_kind::file_or_pipe);
    } catch (const std::system_error& problem) {
        return std::unexpected("cannot be read: " + problem.code().message());
    }
}

std::expected<std::string, std::string> read_file_or_input(const std::string& path) {
    return read_file(path == "-" ? "/dev/stdin" : path);
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
