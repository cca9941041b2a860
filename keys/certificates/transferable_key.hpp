// Certificates as bytes, as gpg writes them and as the store keeps them: RFC 9580 section 10.1. Pure.
//
// Files that people hand in are read by keys/certificates/key_file.hpp. Errors are one line for people.
// Tested by store/store_test and store/import_test.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::keys {

// Cuts binary data into certificates: each begins with its primary key. What stands before the first is left out.
std::expected<std::vector<std::string_view>, std::string> split_certificates(std::string_view binary);

// Why these bytes cannot be one certificate as the store keeps it; empty if they may be.
std::string problem_with_stored(std::string_view binary);

// Whether they may be what is left of a certificate without all of its user ids, which stand before its subkeys: nothing,
// zero octets alone, or what ends before the first subkey, cut short or with no user id. Then nobody can tell whose it was.
bool may_lack_user_ids(std::string_view binary);

// The primary key's packet of one certificate, and its version; empty and 0 where there is none.
std::string_view primary_key_of(std::string_view certificate);
std::uint8_t version_of(std::string_view certificate);

} // namespace sealgate::keys
