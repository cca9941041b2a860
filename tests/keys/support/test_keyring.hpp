// People with keys, for tests: a real gpg with a home of its own under the temporary directory.
#pragma once

#include "keys/base/files.hpp"

#include <filesystem>
#include <string>
#include <string_view>

namespace sealgate::test {

// Output of a shell command; the test fails if the command does, and shows the log.
std::string run(const std::string& command, const std::filesystem::path& log = {});

class keyring {
public:
    keyring();
    ~keyring();

    // All keys are ed25519 with a cv25519 encryption subkey, without a passphrase. The answer is the
    // fingerprint.
    std::string make_key(const std::string& user_id);
    std::string make_expired_key(const std::string& user_id); // made in 2020 for a year
    std::string make_sign_only_key(const std::string& user_id);
    std::string make_key_with_expired_subkey(const std::string& user_id);
    std::string make_key_with_revoked_subkey(const std::string& user_id);
    std::string make_old_key(const std::string& user_id); // made in 2020, and still good

    void revoke(const std::string& fingerprint);
    std::string revocation_of(const std::string& fingerprint) const; // armored, by itself
    void delete_key(const std::string& fingerprint);

    // Binary. The file stands in the keyring's directory.
    std::string export_certificate(const std::string& fingerprint) const;
    std::filesystem::path export_file(const std::string& fingerprint) const;
    std::string export_secret_key(const std::string& fingerprint) const;

    // Key id of the certificate's last subkey.
    std::string last_key_id(const std::string& fingerprint) const;
    // Fingerprint of the same.
    std::string last_subkey(const std::string& fingerprint) const;

    std::string decrypt(std::string_view message) const;
    std::string gpg(const std::string& arguments) const;

    // Any gpg command with this as its standard input.
    std::string gpg_with_input(const std::string& arguments, std::string_view input) const;

    std::filesystem::path directory() const { return directory_.path(); }

private:
    std::string fingerprint_of(const std::string& user_id) const;

    keys::temporary_directory directory_;
};

} // namespace sealgate::test
