// Files as the key store needs them: whole, private, and safe against a crash in the middle. Errors throw
// std::system_error.
// Tested by base/files_test, store/store_test, milter/audit/log_test and e2e/test_fault_points.py.
#pragma once

#include "policy/base/octets.hpp"

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

struct stat; // of <sys/stat.h>

namespace sealgate::keys {

// How much of it was written before it failed.
class unfinished_write : public std::system_error {
public:
    unfinished_write(int error, const std::string& doing, std::size_t octets)
        : std::system_error(error, std::generic_category(), doing)
        , written(octets) {}

    std::size_t written;
};

// An open file, closed with its owner.
class open_file {
public:
    // `flags` as open(2) has them; close-on-exec is added.
    open_file(std::filesystem::path path, int flags, unsigned mode = 0600);
    ~open_file();
    open_file(const open_file&) = delete;
    open_file& operator=(const open_file&) = delete;

    int descriptor() const { return descriptor_; }
    void write_all(std::string_view content) const; // throws unfinished_write
    void sync() const;
    struct ::stat status() const;

private:
    std::filesystem::path path_;
    int descriptor_;
};

enum class input_kind { file, file_or_pipe };

// Opened to be read, and a regular file: a FIFO would be waited for, and a device has no end. A pipe only where somebody
// names it (`keys import <(gpg --export ann)`); one that nobody writes to is empty.
class input_file : public open_file {
public:
    explicit input_file(const std::filesystem::path& path, input_kind kind = input_kind::file);
};

constexpr std::size_t largest_file = std::size_t{1} << 30; // octets
constexpr std::size_t largest_key_file = 64 * 1024;

// At most so many octets.
std::string read_file(const std::filesystem::path& file, std::size_t most = largest_file, input_kind kind = input_kind::file);

// Nothing where there is no such file (any more).
std::optional<std::string> read_if_there(const std::filesystem::path& file, std::size_t most = largest_file);

// What is left to read there, at most so many octets; `name` is for errors.
std::string read_open(int descriptor, const std::filesystem::path& name, std::size_t most = largest_file);

// A file's name is durable only with its directory.
void sync_directory(const std::filesystem::path& directory);

// All or nothing: a file beside it is written, synced and renamed, and the directory synced. For many: file_batch.hpp.
void replace_file(const std::filesystem::path& file, std::string_view content, unsigned mode = 0600);
void replace_file(const std::filesystem::path& file, const octet_pieces& content, unsigned mode = 0600);

// Removes a file, and syncs the directory. Absent is well.
void remove_file(const std::filesystem::path& file);

// Creates the directory, and those above it with mode 0700 (as far as they are missing).
void make_private_directory(const std::filesystem::path& directory, unsigned mode = 0700);

// Removes a directory with all it holds, also where a process that is ending takes away what is in it meanwhile. Absent is
// well.
void remove_tree(const std::filesystem::path& directory);

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

private:
    open_file file_;
};

} // namespace sealgate::keys
