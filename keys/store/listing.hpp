// What stands in the directory of a store, without reading its files.
// Tested by store/store_test and lost_store_test.
#pragma once

#include "keys/certificates/certificate.hpp"

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

struct stat; // of <sys/stat.h>

namespace sealgate::keys {

struct store_listing {
    std::vector<std::string> fingerprints; // of the files, by their names; sorted
    std::vector<std::string> disabled;     // sorted
    std::string stamp;                     // of the directory, before it was read
    bool is_there = false;
    bool has_lock = false;
};

// One look, since the directory may be taken away between two. Throws std::system_error where it cannot be read.
store_listing list_store(const std::filesystem::path& directory);

inline constexpr std::size_t largest_certificate = std::size_t{16} << 20; // octets of a file

std::filesystem::path certificate_file(const std::filesystem::path& directory, const std::string& fingerprint);
std::filesystem::path disabled_marker(const std::filesystem::path& directory, const std::string& fingerprint);
std::filesystem::path lock_of_store(const std::filesystem::path& directory);

// What changes whenever a file or a directory does: as long as it is the same, so is the content. Empty where that cannot be
// told: it is not there, or changed so lately that it may change again within one tick of its clock.
std::string stamp_of(const struct ::stat& status);
std::string stamp_of(const std::filesystem::path& file);

} // namespace sealgate::keys
