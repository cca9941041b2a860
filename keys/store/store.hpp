// The certificates on disk: a directory with one binary file a certificate, `<FINGERPRINT>.pgp`; an empty file
// `<FINGERPRINT>.disabled` beside it switches it off. Fingerprints are upper-case hex.
//
// Readers need no lock: files are replaced whole. Writers take the lock file `.lock`. Directory 0700, files
// 0600. A file that is not one certificate of the fingerprint in its name is reported, never used, and never
// fatal. Secret keys are refused and never written. What is there is merged with, never replaced: a
// revocation once seen is not lost. Errors: what a person got wrong is std::expected, one line; a broken disk
// or gpg throws.
#pragma once

#include "keys/certificates/certificate.hpp"
#include "keys/certificates/key_file.hpp"
#include "keys/certificates/lookup.hpp"
#include "keys/gnupg/gpg.hpp"
#include "keys/store/import.hpp"

#include <expected>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::keys {

enum class change { added, updated, unchanged };

struct imported_certificate {
    certificate cert;
    change what = change::unchanged;
    std::shared_ptr<const std::string> binary; // as the store has it now
};

struct import_report {
    std::vector<imported_certificate> certificates;
    std::vector<std::string> problems; // what of the file could not be used
};

struct store_contents {
    std::vector<stored_certificate> certificates; // ordered by fingerprint
    std::vector<std::string> problems;            // one line a file
    key_doubts doubts = {};                       // whose certificates are there and cannot be read now
};

enum class availability { enabled, disabled };

class store {
public:
    // Creates the directory. gpg.scratch may be empty: then gpg's homes are made where temporary files go. Keys that are
    // shorter than `minimum` are weak.
    store(std::filesystem::path directory, gpg_options gpg, policy::key_minimum minimum = {});

    // Two gpg runs, however many files; a few more for each that is bad. Of `known`, what load() gave before, a certificate
    // whose file has the same octets is taken as it was, and one whose file is there and can't be used any more stays.
    store_contents load(std::span<const stored_certificate> known = {}) const;

    // The bytes of a file (keys/certificates/key_file.hpp): any number of certificates and revocations. Each is taken by
    // itself, and the report has a line for each: what became of it, or why it was not taken. `known`: what load() gave.
    std::expected<import_report, std::string> import(std::string_view file,
                                                     std::span<const stored_certificate> known = {}) const;

    // By fingerprint, or its last 16 digits or more if they are unique. The answer is the whole fingerprint.
    std::expected<std::string, std::string> remove(std::string_view fingerprint) const;
    std::expected<std::string, std::string> set(std::string_view fingerprint, availability wanted) const;

    const std::filesystem::path& directory() const { return directory_; }

private:
    std::vector<std::string> fingerprints() const;
    std::expected<std::string, std::string> resolve(std::string_view spelled) const;
    std::filesystem::path file_of(const std::string& fingerprint) const;
    std::filesystem::path marker_of(const std::string& fingerprint) const;
    bool is_disabled(const std::string& fingerprint) const;
    std::string content_of(const std::string& fingerprint) const;
    std::vector<import_group> groups_of(key_file read, import_report& report) const;
    std::vector<stored_certificate> tried(std::vector<import_result> results) const;
    void put(const import_group& group, stored_certificate merged, import_report& report) const;

    std::filesystem::path directory_;
    gpg_options gpg_;
    policy::key_minimum minimum_;
};

} // namespace sealgate::keys
