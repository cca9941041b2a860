// All certificates there are: the organisation's own, and beside them what was found, in a store for each source.
//
// Which of an address's are used keys/certificates/standing says; the rest is known of, so that mail that comes encrypted to it
// is judged. A found certificate that the organisation has too is the organisation's: disabled there, it is disabled. A
// revocation counts wherever it stands.
#pragma once

#include "keys/store/bindings.hpp"
#include "keys/store/catalogue.hpp"
#include "keys/store/pins.hpp"
#include "keys/store/store.hpp"

#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::keys {

class keyring : public key_lookup {
public:
    struct shelf {
        policy::key_source source = policy::key_source::own;
        std::shared_ptr<const catalogue> certificates;
    };

    struct trust {
        std::vector<policy::key_source> in_use;     // the sources that mail may be sealed to
        std::string delimiters = {};                // between an address and its extension; empty: there are none
        std::optional<bindings> bound = bindings{}; // nothing: it cannot be told
        std::shared_ptr<pins> pinned = nullptr;     // null: nothing is pinned
    };

    // The organisation's own first.
    keyring(std::vector<shelf> shelves, trust how);

    const catalogue& own() const { return *shelves_.front().certificates; }
    std::shared_ptr<const catalogue> of(policy::key_source source) const; // null where nothing was found there yet

    std::size_t count() const;
    // Of all: the same as long as none changes, is disabled, enabled, bound or unbound.
    std::string digest() const;
    const std::optional<bindings>& bound() const { return trust_.bound; }
    const std::shared_ptr<pins>& pinned() const { return trust_.pinned; }

    // These throw sqlite_error where an index cannot be read.
    void each(const std::function<void(const stored_certificate&)>& take) const;
    policy::certificate_changes changes_since(const keyring& before) const;
    bool is_same_as(const keyring& other) const;

    candidates naming(std::string_view address_key) const override;
    candidates of_fingerprint(std::string_view fingerprint) const override;
    std::optional<std::string> pinned_for(std::string_view address_key) const override;

private:
    std::optional<std::string> bound_to(std::string_view address_key) const override;
    std::vector<policy::key_source> in_use() const override { return trust_.in_use; }
    std::string base_of(std::string_view address_key) const override;
    bool is_used(policy::key_source source) const;
    shared_certificate judged_by_all(shared_certificate one, candidates& doubts) const;
    candidates judged_by_all(candidates some) const;

    std::vector<shelf> shelves_;
    trust trust_;
};

struct opened_keyring {
    std::shared_ptr<const keyring> certificates;
    std::vector<std::string> problems; // one line a file
};

struct keyring_places {
    std::filesystem::path own;
    std::filesystem::path found;       // a directory for each source is below it
    std::filesystem::path trust;       // what is known of found ones: pins, evidence
    std::filesystem::path wishes = {}; // notes of what somebody wished for; empty: nobody wants them
};

std::filesystem::path pins_file(const keyring_places& places);
std::filesystem::path evidence_file(const keyring_places& places);

// Whatever changes in one of these may change the keyring. The organisation's own first.
std::vector<std::filesystem::path> directories_of(const keyring_places& places);

// What comes from a source, in a directory of its name where it was found.
store store_of(const keyring_places& places, policy::key_source source, const gpg_options& gpg, policy::key_minimum minimum);

// As store::open(). With `only`, the stores of other sources stay as they were before.
opened_keyring open_keyring(const keyring_places& places, const gpg_options& gpg, const policy::encryption& how, reading what,
                            const keyring* before = nullptr, std::optional<policy::key_source> only = {});

// The organisation's own alone.
opened_keyring keyring_of(opened_store own);

} // namespace sealgate::keys
