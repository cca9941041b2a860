// All certificates there are: the organisation's own, and beside them what was found, in a store for each source.
//
// Only what comes from a source that the policy names is used; the rest is known of, so that mail that comes encrypted to it is
// judged. A found certificate that the organisation has too is the organisation's: disabled there, it is disabled. A
// revocation counts wherever it stands.
#pragma once

#include "keys/store/catalogue.hpp"
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

    // The organisation's own first. `in_use`: the sources that may be used.
    keyring(std::vector<shelf> shelves, std::vector<policy::key_source> in_use);

    const catalogue& own() const { return *shelves_.front().certificates; }
    std::shared_ptr<const catalogue> of(policy::key_source source) const; // null where nothing was found there yet

    std::size_t count() const;
    // Of all: the same as long as none changes, is disabled or enabled.
    std::string digest() const;

    // These throw sqlite_error where an index cannot be read.
    void each(const std::function<void(const stored_certificate&)>& take) const;
    policy::certificate_changes changes_since(const keyring& before) const;
    bool is_same_as(const keyring& other) const;

    candidates naming(std::string_view address_key) const override;
    candidates of_fingerprint(std::string_view fingerprint) const override;

private:
    bool is_used(policy::key_source source) const override;
    shared_certificate judged_by_all(shared_certificate one, candidates& doubts) const;
    candidates judged_by_all(candidates some) const;

    std::vector<shelf> shelves_;
    std::vector<policy::key_source> in_use_;
};

struct opened_keyring {
    std::shared_ptr<const keyring> certificates;
    std::vector<std::string> problems; // one line a file
};

struct keyring_places {
    std::filesystem::path own;
    std::filesystem::path found; // a directory for each source is below it
};

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
