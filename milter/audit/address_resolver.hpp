// Whom the audit log means, for those who ask it: addresses to hashes, and back (policy/audit/pseudonym.hpp).
// Tested by audit_commands/show_test.
#pragma once

#include "keys/store/keyring.hpp"
#include "milter/settings/config.hpp"
#include "policy/audit/pseudonym.hpp"

#include <expected>
#include <string>
#include <vector>

namespace sealgate::milter {

// Those whom files list, and those of the certificates in the key store.
struct known_people {
    policy::known_addresses all;
    policy::hash_set listed;               // of the files
    std::size_t lines = 0;                 // of the files that name somebody
    std::vector<std::string> remarks = {}; // what whoever asks should know of the files, one line each
};

class address_resolver {
public:
    explicit address_resolver(const config& gateway);

    // Why nobody can be asked for by address: the log's addresses are keyed, and their key can't be read. Else empty.
    const std::string& problem() const { return problem_; }
    // Of the key, as the log has it; empty where there is none.
    std::string key_id() const { return names_.key_id(); }

    // How the log calls these addresses, beside the addresses themselves: it may have been in clear before, or in the other
    // keyed form, or they were taken from it. RFC 5321 spellings, U-labels and quoted local parts become what the log has.
    std::vector<std::string> as_logged(std::vector<std::string> addresses) const;

    // The same of logins and Message-IDs, which are as they were written.
    std::vector<std::string> texts_as_logged(std::vector<std::string> texts) const;

    // What can be put back. The error says why nothing can, or which line of a file is none (milter/audit/address_list.hpp).
    std::expected<known_people, std::string> known(const std::vector<std::string>& files) const;

private:
    keys::keyring_places keys_;
    policy::pseudonyms names_;
    std::string problem_;
};

} // namespace sealgate::milter
