// The certificates on disk: a directory with one binary file a certificate, `<FINGERPRINT>.pgp`; an empty file
// `<FINGERPRINT>.disabled` beside it switches it off. Fingerprints are upper-case hex.
//
// Beside the directory stands `<DIRECTORY>.index`, what gpg made of them (keys/store/index). Readers need no lock: files are
// replaced whole. Writers take the lock file `.lock`. Directory 0700, files 0600. Only an import makes the directory. One that
// held certificates, as `<DIRECTORY>.held` beside it says, and now is gone or has nothing in it, not even the lock, is no empty
// store: a file system is not mounted, say. A file that is not one certificate of the fingerprint in its name is reported,
// never used, and never fatal. Secret keys are refused and never written. What is there is merged with, never replaced: a
// revocation once seen is not lost. Errors: what a person got wrong is std::expected, one line; a broken disk throws
// std::system_error, and a gpg that fails with good certificates too gpg_broken.
#pragma once

#include "keys/certificates/certificate.hpp"
#include "keys/certificates/key_file.hpp"
#include "keys/certificates/lookup.hpp"
#include "keys/gnupg/gpg.hpp"
#include "keys/store/catalogue.hpp"
#include "keys/store/import.hpp"
#include "keys/store/refresh.hpp"
#include "keys/store/wishes.hpp"

#include <expected>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::keys {

enum class change { added, updated, unchanged };

class file_batch;

struct imported_certificate {
    certificate cert;
    change what = change::unchanged;
};

inline bool is_news(const imported_certificate& one) { return one.what != change::unchanged; }

struct import_report {
    std::vector<imported_certificate> certificates;
    std::vector<std::string> problems;                    // what of the file could not be used
    std::map<std::string, std::string> encrypted_to = {}; // before: for the addresses in it, the fingerprint that was used
};

struct opened_store {
    std::shared_ptr<const catalogue> certificates;
    std::vector<std::string> problems; // one line a file
};

enum class availability { enabled, disabled };

// Called under the store's lock, when it is known what changes, and before any of it is in force: with what an import takes, or
// with the fingerprint. Where it throws, nothing is changed.
using import_announcement = std::function<void(const import_report&)>;
using change_announcement = std::function<void(const std::string& fingerprint)>;

class store {
public:
    // Touches nothing yet. gpg.scratch may be empty: then gpg's homes are made where temporary files go. Keys that are
    // shorter than `minimum` are weak. All that is in the directory comes from that source.
    // `wishes`: where it is noted that one was removed, or enabled.
    store(std::filesystem::path directory, gpg_options gpg, policy::key_minimum minimum = {},
          policy::key_source source = policy::key_source::own, wish_notes wishes = {});

    // gpg is not asked again about a file that it knows. Who looks once, and not again and again (what_changed), changes no
    // index that was written by a clock that is ahead of its own. Where the directory can't be read or is lost, all
    // certificates stay. Where the index can't be written, one is made for this process alone, of `before`'s, if that was such
    // a one.
    opened_store open(reading what, const catalogue* before = nullptr) const;

    // Notes beside the directory that it holds certificates, where it does, so that it is missed when it is gone.
    void note_what_it_holds() const;

    // The bytes of a file (keys/certificates/key_file.hpp): any number of certificates and revocations. Each is taken by
    // itself, and the report has a line for each: what became of it, or why it was not taken. Those of `out_of_use`, by
    // fingerprint, are disabled before they are there, and a removal that was noted of them stays noted.
    std::expected<import_report, std::string> import(std::string_view file, const import_announcement& announce = {},
                                                     const std::set<std::string>& out_of_use = {}) const;

    // The removal that was noted of it is over, if it is here.
    void forget_removal(const std::string& fingerprint) const;

    // Why what the directory held cannot be seen now; empty: it can.
    std::string loss_now() const;

    // By fingerprint, or its last 16 digits or more if they are unique. The answer is the whole fingerprint.
    std::expected<std::string, std::string> remove(std::string_view fingerprint,
                                                   const change_announcement& announce = {}) const;
    std::expected<std::string, std::string> set(std::string_view fingerprint, availability wanted,
                                                const change_announcement& announce = {}) const;

    const std::filesystem::path& directory() const { return directory_; }

private:
    std::optional<opened_store> open_as_indexed(const catalogue* before) const;
    std::optional<opened_store> open_as_it_is() const;
    std::optional<opened_store> open_behind(const store_listing& found, const std::string& why) const;
    opened_store open_private(const store_listing& found, reading what, const catalogue* before) const;
    opened_store opened(certificate_index index, store_findings findings, catalogue::places where) const;
    opened_store kept(const catalogue* before, std::string problem) const;
    std::string loss(const store_listing& found, bool held) const;
    bool may_write_index() const;
    std::filesystem::path index_file() const { return directory_.string() + ".index"; }
    std::filesystem::path note_file() const { return directory_.string() + ".held"; }
    std::expected<std::string, std::string> resolve(std::string_view spelled) const;
    std::filesystem::path file_of(const std::string& fingerprint) const { return certificate_file(directory_, fingerprint); }
    std::vector<stored_certificate> tried(std::vector<import_result> results, const std::set<std::string>& out_of_use) const;
    std::vector<stored_certificate> known_among(std::vector<import_group>& groups, const catalogue& before) const;
    void take(const import_group& group, const stored_certificate& merged, const catalogue& before, file_batch& files,
              import_report& report) const;
    void put_out_of_use(const std::set<std::string>& which, const std::vector<stored_certificate>& merged,
                        const import_report& known, file_batch& files) const;
    change put(const import_group& group, const stored_certificate& merged, file_batch& files) const;
    void index_imported(const std::vector<stored_certificate>& merged) const;
    void forget_in_index(const std::string& fingerprint) const;

    std::filesystem::path directory_;
    gpg_options gpg_;
    policy::key_minimum minimum_;
    policy::key_source source_;
    wish_notes wishes_;
};

} // namespace sealgate::keys
