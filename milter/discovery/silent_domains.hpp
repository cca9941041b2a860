// Domains whose host does not answer in time: who asks for the next address there would wait as long again, and so would all
// who stand behind him. They are left alone for a minute, doubled each time up to a quarter of an hour, and are known over
// restarts by lookup_answers. Any thread.
//
// A host openpgpkey.DOMAIN that is silent has failed: somebody means to have a directory there. Where it is the domain's own
// host, the direct place, a firewall hides that nothing listens: from the second time on nobody there has one.
// Tested by discovery/silent_domains_test.
#pragma once

#include "milter/discovery/lookup_answers.hpp"
#include "milter/discovery/lookup_outcome.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace sealgate::milter {

// How a look at the Web Key Directory of a domain ended. `unheard`: it shows nothing of the host, such as a fault of DNS.
enum class domain_voice : std::uint8_t { answered, silent, silent_at_direct_place, unheard };

class silent_domains {
public:
    // It outlives this.
    explicit silent_domains(lookup_answers& answers)
        : answers_(answers) {}

    // What any address there comes to, without asking; nothing: the domain may be asked.
    std::optional<lookup_outcome> find(const std::string& domain, std::chrono::sys_seconds now) const;

    // What the look comes to, which came to `what` by itself. Blocks on the disk.
    lookup_outcome note(const std::string& domain, domain_voice heard, lookup_outcome what, std::chrono::sys_seconds now);

private:
    lookup_answers& answers_;
};

} // namespace sealgate::milter
