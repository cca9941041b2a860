// What a file brings of each certificate, together with what the store has of it. Under the store's lock.
// Tested by store/import_test.
#pragma once

#include "keys/certificates/key_file.hpp"
#include "keys/store/import.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace sealgate::keys {

// The file of a certificate in that store; empty where there is none that can be used.
std::string usable_content(const std::filesystem::path& directory, const std::string& fingerprint);

// In the order of their fingerprints. What of the file cannot be used is added to `problems`.
std::vector<import_group> groups_of(key_file read, const std::filesystem::path& directory, std::vector<std::string>& problems);

} // namespace sealgate::keys
