// The addresses of a host as DNS says them, and whether its name exists: a Web Key Directory's direct place may be asked only
// where the advanced one's name does not. Blocks.
//
// Asks the name servers of /etc/resolv.conf by glibc's resolver with a state of its own, and not by getaddrinfo(), which can't
// be bounded: a name server that says nothing holds it for 10 seconds and more, and a module of nsswitch.conf for as long as
// that likes; a thread that waits for it in the caller's place could not be ended. Here each server gets whole seconds that fit
// the deadline, which is exceeded by one at most. So what is in /etc/hosts does not count, nor does a search list: a
// name of the Internet means the same on every machine. Truncated answers are not asked for again over TCP, which has no
// bound either: as many addresses as fit into a datagram will do.
//
// A name without addresses (NODATA) is as good as none: an empty TXT record is how domains with a wildcard say that there is no
// openpgpkey.DOMAIN (draft-koch-openpgp-webkey-service section 3.1).
// Tested by discovery/discovery_test.py.
#pragma once

#include "milter/discovery/public_address.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace sealgate::milter {

struct name_answer {
    enum class outcome : std::uint8_t { found, no_such_name, cannot_tell };

    outcome what = outcome::cannot_tell;
    std::vector<ip_address> addresses; // at least one, if found; IPv4 first
    std::string problem;               // if it cannot be told: what is wrong, for people
};

name_answer look_up(const std::string& host, std::chrono::steady_clock::time_point deadline);

} // namespace sealgate::milter
