// The certificates of a store, looked up one by one in its index: those that nobody writes to take no memory.
//
// What was looked up once stays as it was; what was not is as the index has it now, but what was added since is not there: it
// is in force with the next catalogue. Where a certificate's file changed behind
// the index, what is usable for its addresses cannot be told until the index is brought up to date.
// Several threads may ask at a time.
// Tested by store/reread_test and index_test.
#pragma once

#include "keys/certificates/lookup.hpp"
#include "keys/store/findings.hpp"
#include "keys/store/index.hpp"
#include "keys/store/listing.hpp"
#include "policy/audit/event.hpp"
#include "policy/rules/policy.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::keys {

class catalogue : public key_lookup {
public:
    struct places {
        std::filesystem::path files = {}; // empty: they cannot be looked at
        std::filesystem::path index = {}; // empty: it is this one's own, and in no file
        // Where the index could not be brought up to date: which files there are.
        std::shared_ptr<const store_listing> listing = nullptr;
    };

    // `minimum`: keys that are shorter are weak.
    catalogue(certificate_index index, policy::key_minimum minimum, store_findings findings, places where,
              policy::key_source source = policy::key_source::own);
    ~catalogue() override;

    std::size_t count() const { return state_.count; }
    // Of all: the same as long as none changes, is disabled or enabled.
    const std::string& digest() const { return state_.digest; }
    const store_findings& findings() const { return findings_; }

    // By fingerprint. These throw sqlite_error where the index cannot be read.
    void each(const std::function<void(const stored_certificate&)>& take) const;
    // Those in which something ends by then.
    std::vector<certificate> ending_by(time_point end) const;
    // What changed since that one was made, of the same store.
    policy::certificate_changes changes_since(const catalogue& before) const;
    // Whether it answers as that one does, and may go on to.
    bool is_same_as(const catalogue& other) const;

    bool has_own_index() const { return places_.index.empty(); }
    // Whether the index in its file was up to date.
    bool is_of_index_alone() const { return !has_own_index() && !places_.listing; }

    // A copy of the index that nobody else has.
    certificate_index copy_of_index() const;

    candidates naming(std::string_view address_key) const override;
    candidates of_fingerprint(std::string_view fingerprint) const override;

private:
    struct shared_index; // with what was found in it

    template <class Look>
    candidates looked_up(std::string_view key, Look look) const;
    void give_up(const sqlite_error& problem) const;
    bool is_as_indexed(const std::string& fingerprint) const;
    bool is_listed(const std::string& fingerprint) const;
    stored_certificate marked(stored_certificate stored) const;
    std::map<std::string, std::string> contents() const;

    policy::key_minimum minimum_;
    store_findings findings_;
    places places_;
    policy::key_source source_;
    std::unique_ptr<shared_index> index_;
    index_state state_;
    std::uint64_t inode_ = 0; // of the index
};

} // namespace sealgate::keys
