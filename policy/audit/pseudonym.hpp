// Addresses in the audit log, as the policy of the log wants them (`audit.addresses`): in clear, or as keyed hashes that only
// the holder of the key and of a list of addresses can undo.
//
//   ann@example.org  ->  hmac-5f3c…  (32 hex digits: HMAC-SHA-256 of the address as keys are compared, cut to 128 bits)
//   keyed-local      ->  hmac-5f3c…@example.org
//
// Equal addresses give equal hashes under one key, so that a log can still be asked and counted.
#pragma once

#include "policy/base/names.hpp"
#include "policy/mail/address.hpp"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <array>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::policy {

enum class address_form : std::uint8_t { clear, keyed, keyed_local };

constexpr auto names(address_form) {
    using enum address_form;
    return std::to_array<named<address_form>>({{clear, "clear"}, {keyed, "keyed"}, {keyed_local, "keyed-local"}});
}

class pseudonyms {
public:
    pseudonyms() = default; // all in clear
    // `key`: octets that nobody can guess.
    pseudonyms(address_form form, std::string key)
        : form_(form)
        , key_(std::move(key)) {}

    bool are_clear() const { return form_ == address_form::clear; }
    // What the log has instead of this address; empty for the null sender.
    std::string of(const address& who) const;
    // All that it can have, whichever form was configured when: a hash with the domain behind it and without. None for the
    // null sender.
    std::vector<std::string> all_of(const address& who) const;
    // What it has instead of a login, a client or a Message-ID, which tell who somebody is as well.
    std::string of_text(std::string_view text) const;
    // What the log has instead of a system user's name, which stays in clear: who changes the gateway answers for it. One
    // that is an address, as directory services make them, is treated as one.
    std::string of_user(std::string_view name) const;
    // Tells one key from another, and nothing of either: 16 hex digits; empty where all is in clear.
    std::string key_id() const;

private:
    std::string hash(std::string_view text) const;

    address_form form_ = address_form::clear;
    std::string key_;
};

// Whether it is a hash as pseudonyms make them, with or without a domain behind it.
bool is_pseudonym(std::string_view text);

// What address_key_in_use goes by: a start of the gateway, and whether people in the record are hashed.
bool is_start(const boost::json::object& record);
bool has_hashed_people(const boost::json::object& record);

enum class key_fit : std::uint8_t { fits, unknown, another };

// Follows a log and knows under which key its people are hashed: a start says it (contrib/design/audit_format.md).
class address_key_in_use {
public:
    // `at_hand`: pseudonyms::key_id().
    explicit address_key_in_use(std::string at_hand)
        : at_hand_(std::move(at_hand)) {}

    void see(const boost::json::object& record);
    // For a decision that was seen. `unknown`: the log does not say. Clear addresses fit any key.
    key_fit fit_for(const boost::json::object& record) const;
    // Of the key, as the last start says it; empty where none does.
    const std::string& id() const { return in_use_; }

private:
    std::string at_hand_, in_use_;
};

// What stands behind each hash ("hmac-" and its digits).
using known_addresses = std::map<std::string, std::string, std::less<>>;
using hash_set = std::set<std::string, std::less<>>;

// Puts the addresses back, everywhere in the record. Hashes of others stay; those that were put back go to `met`.
void reveal(boost::json::value& record, const known_addresses& known, hash_set& met);

// In how many ways the same person may stand among values that were counted: one for each key, one for clear addresses, and
// one more where a hash is there with its domain and without.
class ways_of_naming {
public:
    // `key`: address_key_in_use::id() of the record that names them.
    void see(std::string_view who, std::string_view key);
    std::size_t number() const;

private:
    std::set<std::string, std::less<>> keys_;
    std::map<std::string, bool, std::less<>> with_domain_; // by hash: as it was seen first
    bool clear_ = false, both_forms_ = false;
};

} // namespace sealgate::policy
