// Checkpoints of the audit log on disk: a key made at first start, and a file of signatures that may lie on another mount.
//
// The key is KEY_FILE (PEM, mode 0600); whoever reads it can sign in the gateway's name. Its public half is beside the log,
// for those who verify, in `checkpoint.pub` (mode 0640, as the log). The file of checkpoints is opened for each one, so that
// its mount may come and go.
// Tested by proof/prove_test, proof/key_witnesses_test and audit/log_test.
#pragma once

#include "policy/proof/checkpoint.hpp"

#include <filesystem>
#include <optional>
#include <vector>

namespace sealgate::milter {

// Who can verify needs no more than this.
std::filesystem::path public_key_file(const std::filesystem::path& audit_directory);

// Both should be one key. Nothing for what is not there, or not for us to read.
struct keys_at_hand {
    std::optional<ed25519_public_key> beside;          // the log: checkpoint.pub
    std::optional<ed25519_public_key> signer;          // of the secret key's file
    std::vector<std::filesystem::path> forbidden = {}; // of these files, those that are not for us to read
};

keys_at_hand look_for_keys(const std::filesystem::path& audit_directory, const std::filesystem::path& key_file);

class checkpoint_file {
public:
    // Makes the key where there is none. Throws where it can't be read or made.
    checkpoint_file(const std::filesystem::path& key_file, const std::filesystem::path& audit_directory,
                    std::filesystem::path file);

    ed25519_public_key public_key() const { return key_.public_key(); }
    // Whether the key was made just now.
    bool is_new() const { return is_new_; }
    // Another key that stood beside the log until now.
    const std::optional<ed25519_public_key>& former() const { return former_; }

    // The last one in the file that this key signed, or the former one; nothing where there is none. Throws std::system_error.
    std::optional<policy::checkpoint> last() const;

    // On disk when it returns, or not there at all. A line that was cut short before is taken away. Throws std::system_error.
    void add(const policy::checkpoint& at) const;

private:
    bool is_new_ = false;
    ed25519_key key_;
    std::optional<ed25519_public_key> former_;
    std::filesystem::path file_;
};

} // namespace sealgate::milter
