// A Merkle tree of SHA-256 hashes: RFC 9162 section 2.1 (RFC 6962 has the same). Leaves count from 0.
//
// Every hash of a whole subtree (2^level leaves, that begin at a multiple of 2^level) is stored once, behind each other in the
// order in which they become whole: a leaf, then the subtrees that it completes, smaller ones first. So a store only grows, and
// a root or a path reads as many hashes as the tree is high. Pure.
// Tested by proof/merkle_test.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::policy {

using tree_hash = std::array<std::uint8_t, 32>;

// Base64, 44 characters.
std::string to_text(const tree_hash& hash);
std::optional<tree_hash> parse_tree_hash(std::string_view text);

tree_hash leaf_hash(std::string_view leaf);
tree_hash node_hash(const tree_hash& left, const tree_hash& right);

// Hashes that a tree of so many leaves stores.
std::uint64_t stored_hashes(std::uint64_t leaves);

// The hash that is stored at that place, from 0.
using hash_reader = std::function<tree_hash(std::uint64_t place)>;

// A tree that leaves are added to: of all its hashes it keeps those of the whole subtrees that it consists of.
class growing_tree {
public:
    growing_tree() = default;
    // As it stands with so many leaves, by the hashes that are stored.
    growing_tree(std::uint64_t leaves, const hash_reader& stored);

    // The hashes that are to be stored for it, in their order.
    std::vector<tree_hash> add(const tree_hash& leaf);

    std::uint64_t leaves() const { return leaves_; }
    // Of no leaves: SHA-256 of nothing.
    tree_hash root() const;

private:
    std::uint64_t leaves_ = 0;
    std::vector<tree_hash> whole_; // the greatest first
};

// What proves that a leaf is in the tree (section 2.1.3.1): the hashes beside its way to the root, the leaf's neighbour first.
// `leaf` < `leaves`.
std::vector<tree_hash> inclusion_path(std::uint64_t leaf, std::uint64_t leaves, const hash_reader& stored);

// Section 2.1.3.2: whether it is that leaf of a tree of so many leaves and that root.
bool is_included(const tree_hash& leaf, std::uint64_t place, std::uint64_t leaves, std::span<const tree_hash> path,
                 const tree_hash& root);

} // namespace sealgate::policy
