// Files as the key store needs them: whole, private, and safe against a crash in the middle. Errors throw
// std::system_error.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace sealgate::keys {

std::string read_file(const std::filesystem::path& file);

// All or nothing: a file beside it is written, synced and renamed, and the directory synced. Mode 0600.
void replace_file(const std::filesystem::path& file, std::string_view content);

// Removes a file, and syncs the directory. Absent is well.
void remove_file(const std::filesystem::path& file);

// Creates the directory, and those above it, with mode 0700.
void make_private_directory(const std::filesystem::path& directory);

// A directory of our own, mode 0700, removed with all it holds at the end.
class temporary_directory {
public:
    explicit temporary_directory(const std::filesystem::path& parent);
    ~temporary_directory();
    temporary_directory(const temporary_directory&) = delete;
    temporary_directory& operator=(const temporary_directory&) = delete;

    const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

// An exclusive lock between processes, held while the object lives; waits for it.
class file_lock {
public:
    explicit file_lock(const std::filesystem::path& file);
    ~file_lock();
    file_lock(const file_lock&) = delete;
    file_lock& operator=(const file_lock&) = delete;

private:
    int descriptor_;
};

} // namespace sealgate::keys
