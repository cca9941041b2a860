// Certificates as bytes, before gpg sees them: RFC 9580 section 10.1. Pure.
//
// Tells secret keys from certificates, and certificates from each other. Errors are one line for people.
#pragma once

#include <cstddef>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::keys {

// The binary data of an exported file, armored (text around the blocks is passed over) or binary. Refuses
// secret keys, and what is neither a certificate nor a revocation.
std::expected<std::string, std::string> certificate_data(std::string_view file);

// Cuts binary data into certificates: each begins with its primary key. What stands before the first
// (revocations alone) is left out.
std::expected<std::vector<std::string_view>, std::string> split_certificates(std::string_view binary);

// Whether the data begin with a signature that belongs to a certificate not in the data.
bool begins_with_revocation(std::string_view binary);

// Why these bytes cannot be one certificate as the store keeps it; empty if they may be.
std::string problem_with_stored(std::string_view binary);

// Primary keys of a version that GnuPG 2.2 does not know.
std::size_t count_unknown_versions(std::string_view binary);

} // namespace sealgate::keys
