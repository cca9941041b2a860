// The Merkle tree over the log's records (policy/proof/merkle.hpp) on disk, beside the log: tree-000000000001.hashes holds the
// hashes of the tree that begins with record 1, 32 octets each, in the order in which they became whole. It grows with each
// checkpoint. The hashes of records that were pruned stay.
//
// The file is believed as far as its root was signed; what follows is taken from the log, record by record of its chain. Where
// that cannot be (nothing is signed, another root was, the log does not go on there), another tree is begun and the former file
// put aside: nobody signs what they have not seen.
// Tested by audit/tree_file_test and e2e/test_audit_prove.py.
#pragma once

#include "keys/base/files.hpp"
#include "policy/audit/chain.hpp"
#include "policy/proof/checkpoint.hpp"
#include "policy/proof/merkle.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace sealgate::milter {

class tree_file {
public:
    // Of the log in this directory, which ends there, and was last signed there; brought up to its last record. A new one
    // begins with the log's oldest record, or with a later one where the log is larger than anybody would wait for
    // (`most_octets`). Throws std::system_error.
    tree_file(const std::filesystem::path& directory, const policy::chain_end& end,
              const std::optional<policy::checkpoint>& last_signed, std::uint64_t most_octets = std::uint64_t{2} << 30);

    std::uint64_t first_record() const { return first_; }
    const policy::growing_tree& tree() const { return tree_; }
    // Twelve hex digits of the first leaf: two logs that begin otherwise have other names. Of a tree with leaves.
    std::string name() const;

    // What the tree becomes by these leaves, made before anybody relies on it; take() cannot fail then.
    struct growth {
        policy::growing_tree tree;
        std::vector<policy::tree_hash> made;
    };
    growth grown_by(std::span<const policy::tree_hash> leaves);
    void take(growth made) noexcept;

    // All that was taken is on disk when it returns. Throws std::system_error; then it is tried again the next time.
    void sync();

private:
    void begin(std::uint64_t first);
    bool take_up(const policy::checkpoint& last_signed);
    bool catch_up(policy::chain_end from, const policy::chain_end& to);

    std::filesystem::path directory_;
    std::uint64_t first_ = 1;
    std::unique_ptr<keys::open_file> file_;
    policy::growing_tree tree_;
    policy::tree_hash first_leaf_{};
    std::vector<policy::tree_hash> waiting_; // not on disk yet
    std::uint64_t written_ = 0;              // hashes on disk
};

// For whoever proves: the hashes of the tree that begins with that record; nothing where there is no such file, or not so many
// hashes. What is read is proved by the root that was signed. Throws std::system_error while it is read.
std::optional<policy::hash_reader> stored_tree(const std::filesystem::path& directory, std::uint64_t first,
                                               std::uint64_t leaves);

} // namespace sealgate::milter
