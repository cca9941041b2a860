// Which certificate to use for an address, of those that somebody keeps (keys/store/catalogue).
//
// An address matches a user id only as a whole (ASCII letters alike in case): ob@example.org is not bob@example.org; and one
// that has not ended. Of several certificates that may be used (keys/certificates/standing) the usable ones come first, then
// what vouches most for it, then the newest created; where none is usable, the state of the most hopeful is told: expired,
// revoked, disabled, not for encryption. An address of which none is known may stand for another: kay+news@ for kay@.
// Pure: the time is an argument. Ownership: an answer shares its certificate with whoever keeps it, and may outlive that.
#pragma once

#include "keys/certificates/certificate.hpp"
#include "keys/certificates/standing.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::keys {

struct stored_certificate {
    certificate cert;
    std::shared_ptr<const std::string> binary = nullptr; // this certificate alone, as `cert` was read from it
    std::optional<time_point> read_again = {};           // something in it is made then, or ends: `cert` may be another
    policy::key_source source = policy::key_source::own;
};

using shared_certificate = std::shared_ptr<const stored_certificate>;

// Whose certificates are there and cannot be read now, through no fault of theirs.
struct key_doubts {
    bool of_all = false;                     // files of which nothing is known but that they are there
    std::vector<std::string> addresses = {}; // those that could be read in the rest, as policy::address::key() gives them
};

struct found_key {
    policy::key_state state = policy::key_state::missing;
    shared_certificate stored = nullptr; // null exactly where the state is missing
    bool in_doubt = false;               // not usable, and perhaps only for want of a certificate that cannot be read
    policy::key_standing standing = policy::key_standing::proposed;
    std::string address = {}; // by which it is found: the one that was asked for, or the one that it stands for
};

struct judged_certificate {
    shared_certificate stored;
    policy::key_state state = policy::key_state::missing;
    policy::key_standing standing = policy::key_standing::proposed;
};

class key_lookup {
public:
    virtual ~key_lookup() = default;

    // `address_key` as policy::address::key() gives it.
    // `only`: no others of the sources that may be used.
    found_key find(std::string_view address_key, time_point now, const std::vector<policy::key_source>* only = nullptr) const;

    // Every certificate of the address, whatever its state and standing.
    std::vector<judged_certificate> judged(std::string_view address_key, time_point now) const;

    // What would be found once this one is there too.
    struct outlook {
        policy::key_standing standing = policy::key_standing::proposed; // its own
        bool is_chosen = false;                                         // mail would be sealed to it
    };
    outlook outlook_with(std::string_view address_key, const stored_certificate& fresh, time_point now) const;

    // Every certificate of the address, and each copy that a source has of it.
    std::vector<shared_certificate> all_of(std::string_view address_key, time_point now) const;

    // An entry of encryption.always_to: an address, or a whole fingerprint (white space and case do not matter).
    found_key find_entry(std::string_view entry, time_point now) const;

    struct candidates {
        std::vector<shared_certificate> all;
        bool in_doubt = false;  // there may be others, which cannot be read
        bool uncertain = false; // what these are by now cannot be told
    };

    // All that name the address, whether they are found by it at this time or not. What several sources have of one stands
    // one behind the other, what vouches most first.
    virtual candidates naming(std::string_view address_key) const = 0;
    virtual candidates of_fingerprint(std::string_view fingerprint) const = 0;

private:
    struct gathered {
        std::string address;
        address_trust known;
        std::vector<shared_certificate> all;
        bool in_doubt = false, uncertain = false;
    };

    // Nothing: it cannot be told. Empty: there is none (keys/certificates/standing.hpp).
    virtual std::optional<std::string> bound_to(std::string_view) const { return ""; }
    virtual std::optional<std::string> pinned_for(std::string_view) const { return ""; }
    // The sources that mail may be sealed to; of others certificates are only known.
    virtual std::vector<policy::key_source> in_use() const;
    // The address that this one stands for, or nothing.
    virtual std::string base_of(std::string_view) const { return {}; }

    found_key find_exactly(std::string_view address_key, time_point now, const std::vector<policy::key_source>* only) const;
    gathered gather(std::string_view address_key, time_point now) const;
    gathered gather_with_base(std::string_view address_key, time_point now) const;
    // Those gathered, each with its state, and which of them is used.
    struct weighing {
        gathered from;
        std::vector<contender> all; // of `from`, in order
        weighed by_standing;
    };
    weighing weigh_all(gathered from, time_point now, const std::vector<policy::key_source>* only = nullptr) const;
    void learn_pin(gathered& of) const;
};

// Upper case and no white space, of 40 or 64 hex digits; empty if the text is no fingerprint.
std::string canonical_fingerprint(std::string_view spelled);

} // namespace sealgate::keys
