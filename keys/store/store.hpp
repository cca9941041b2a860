// The certificates on disk: a directory with one binary file a certificate, `<FINGERPRINT>.pgp`; an empty file
// `<FINGERPRINT>.disabled` beside it switches it off. Fingerprints are upper-case hex.
//
// Beside the directory stands `<DIRECTORY>.index`, what gpg made of them. Readers need no lock: files are replaced whole.
// Writers take the lock file `.lock`. Directory 0700, files 0600. Only an import makes the directory. One that held
// certificates, as `<DIRECTORY>.held` beside it says, and now is gone or has nothing in it, not even the lock, is no empty
// store: a file system is not mounted, say. A file that is not one certificate of the fingerprint in its name is reported,
// never used, and never fatal. Secret keys are refused and never written. What is there is merged with, never replaced: a
// revocation once seen is not lost. Errors: what a person got wrong is std::expected, one line; a broken disk throws
// std::system_error, and a gpg that fails with good certificates too gpg_broken.
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

class judgements;
struct stored_file;

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
enum class reading { all, what_changed };

class store {
public:
    // Touches nothing yet. gpg.scratch may be empty: then gpg's homes are made where temporary files go. Keys that are
    // shorter than `minimum` are weak.
    store(std::filesystem::path directory, gpg_options gpg, policy::key_minimum minimum = {});

    // Two gpg runs, however many files; a few more for each that is bad. gpg is not asked again about a file that it knows
    // (keys/store/judgements). Of `known`, what load() gave before, a certificate whose file is there and can't be used any
    // more stays, and all do where the directory can't be read or is lost; unless all is to be read, one whose file has the
    // same octets is taken as it was.
    store_contents load(std::span<const stored_certificate> known = {}, reading what = reading::what_changed) const;

    // Notes beside the directory that it holds certificates, where it does, so that it is missed when it is gone.
    void note_what_it_holds() const;

    // The bytes of a file (keys/certificates/key_file.hpp): any number of certificates and revocations. Each is taken by
    // itself, and the report has a line for each: what became of it, or why it was not taken. `known`: what load() gave.
    std::expected<import_report, std::string> import(std::string_view file,
                                                     std::span<const stored_certificate> known = {}) const;

    // By fingerprint, or its last 16 digits or more if they are unique. The answer is the whole fingerprint.
    std::expected<std::string, std::string> remove(std::string_view fingerprint) const;
    std::expected<std::string, std::string> set(std::string_view fingerprint, availability wanted) const;

    const std::filesystem::path& directory() const { return directory_; }

private:
    struct listing {
        std::vector<std::string> fingerprints; // sorted
        bool is_there = false;
        bool has_lock = false;
    };

    listing list() const;
    std::string loss(const listing& found, bool held) const;
    store_contents kept(std::span<const stored_certificate> known, std::string problem) const;
    store_contents read(const std::vector<std::string>& fingerprints, std::span<const stored_certificate> known,
                        reading what) const;
    class gathering;
    void judge(const std::vector<stored_file>& files, const std::vector<std::string>& fingerprints, judgements& index,
               gathering& all) const;
    std::filesystem::path index_file() const { return directory_.string() + ".index"; }
    std::filesystem::path lock_file() const { return directory_ / ".lock"; }
    std::filesystem::path note_file() const { return directory_.string() + ".held"; }
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
