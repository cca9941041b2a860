// Which of the certificates of an address mail to it is sealed to, and why: contract.md section 8. Pure.
//
// What is bound to the address counts alone, whatever its state: an administrator said so. Else the organisation's own come
// first; then the one that mail was sealed to before, which another one does not replace while it can be used; then what
// was found and comes from a source that may be used. Where one of the first two is disabled, or made later than now, what was
// found beside it waits for an administrator's word, as it does where its source may not be used.
#pragma once

#include "keys/certificates/certificate.hpp"
#include "policy/rules/vocabulary.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::keys {

struct contender {
    policy::key_source source = policy::key_source::own;
    policy::key_state state = policy::key_state::missing;
    bool disabled = false; // whatever else its state says
    bool is_ahead = false; // it, or a key of it, was made later than now: the clock is behind
    time_point created = {};
    std::string_view fingerprint;
};

// What is known of an address beside its certificates.
struct address_trust {
    std::string bound = {};      // the fingerprint that is bound to it; empty: none
    std::string pinned = {};     // the one that mail was sealed to, of those that were found; empty: none
    bool is_pin_unknown = false; // it cannot be read
};

struct weighed {
    std::vector<policy::key_standing> standings; // of each, in order
    std::optional<std::size_t> chosen;           // usable, or the most hopeful; none that is in use: nothing
    bool in_doubt = false;                       // not usable, and perhaps only since its pin cannot be read
};

// `in_use`: the sources that may be used, beside `own`. `only`: of these, for one rule; what is pinned by the others is pinned
// here too, and keeps another one from its place.
weighed weigh(std::span<const contender> of_one_address, const address_trust& known, std::span<const policy::key_source> in_use,
              const std::vector<policy::key_source>* only = nullptr);

} // namespace sealgate::keys
