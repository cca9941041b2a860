// Who goes where the place for what was learned is full: of the domain that has most, what was learned longest ago. Nobody can
// push out others' certificates by mail from domains of their own. What mail is sealed to stays. Pure.
#pragma once

#include "keys/certificates/certificate.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::keys {

struct learned_entry {
    std::string fingerprint;
    std::string domain; // of the author
    time_point learned;
    bool stays = false;
};

struct room_limits {
    std::size_t all = 0, of_a_domain = 0; // certificates
};

struct room {
    bool is_there = false;           // after those are gone
    std::vector<std::string> forget; // fingerprints
};

// For one more of that domain.
room room_for(std::string_view domain, std::span<const learned_entry> all, const room_limits& most);

} // namespace sealgate::keys
