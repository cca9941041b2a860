// Brings the index of a store up to what stands in its files.
//
// Read is what is new, what stat(2) says changed, and what time made another; gpg is asked about octets that it did not judge
// yet. A certificate whose file is there and can't be used any more stays as it was; only a file that is gone takes it away.
// Effects: gpg runs. Throws gpg_broken where the fault is gpg's and not the files', sqlite_error where it is the index's.
// Tested by store/reread_test, doubts_test and index_test.
#pragma once

#include "keys/gnupg/gpg.hpp"
#include "keys/store/findings.hpp"
#include "keys/store/index.hpp"
#include "keys/store/listing.hpp"

#include <cstdint>
#include <filesystem>
#include <string>

namespace sealgate::keys {

// as_indexed: no file, as long as there is an index. at_once: the files only where the index can't be trusted as it is.
// what_changed: all files are looked at, and gpg is taken for the one it was. all: what gpg refused is asked again, too.
enum class reading : std::uint8_t { as_indexed, at_once, what_changed, all };

// Whether gpg, or this program's own reading, is the judge that it was.
std::string judge_of(const gpg_options& gpg);

// Nothing where the files have to be looked at.
std::optional<store_findings> trusted_as_it_is(certificate_index& index, const std::filesystem::path& directory,
                                               const gpg_options& gpg);

store_findings refresh(certificate_index& index, const std::filesystem::path& directory, const store_listing& found,
                       const gpg_options& gpg, reading what);

} // namespace sealgate::keys
