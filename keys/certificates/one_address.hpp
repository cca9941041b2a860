// A certificate cut down to what concerns one mail address: what a directory publishes for bob@ says nothing of anybody else,
// whatever else stands in it (draft-koch-openpgp-webkey-service section 3.1). Pure. RFC 9580 section 10.1.
//
// The primary key, its own signatures and its revocations stay, and the subkeys; of the user ids those that name the address,
// with the owner's signatures on them. User attributes and what others signed go. Nothing is verified: a user id without a
// signature that names the key as its issuer is not counted, and gpg proves the rest at the import.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sealgate::keys {

// Of one certificate, binary; the address as policy::address::key() gives it. Empty where no user id is for that address.
std::string with_one_address(std::string_view certificate, std::string_view address_key);

// Whether `other`, of the same certificate, has a packet that `known` lacks, whatever headers they have.
bool brings_more(std::string_view known, std::string_view other);

// What a keyserver has of a certificate that is known, cut down likewise to user ids of these addresses, of which it may have
// none. Empty where it is another certificate, or brings nothing that the known one lacks.
std::string update_of(std::string_view known, std::string_view fetched, const std::vector<std::string>& address_keys);

} // namespace sealgate::keys
