// The tree against its definition (RFC 9162 section 2.1), against values that others computed, and against whoever lies.
#include "policy/base/hex.hpp"
#include "policy/proof/merkle.hpp"

#include <gmock/gmock.h>

#include <string>

namespace sealgate::policy {
namespace {

std::string hex(const tree_hash& hash) { return text::lower_hex({reinterpret_cast<const char*>(hash.data()), hash.size()}); }

// Leaves of transparency-dev/merkle's tests, which many implementations share.
const std::vector<std::string> shared_leaves{"",
                                             std::string(1, '\0'),
                                             "\x10",
                                             "\x20\x21",
                                             "\x30\x31",
                                             "\x40\x41\x42\x43",
                                             "\x50\x51\x52\x53\x54\x55\x56\x57",
                                             "\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f"};

// By the definition, section 2.1.1.
tree_hash defined(std::span<const std::string> leaves) {
    if (leaves.size() == 1) return leaf_hash(leaves[0]);
    std::size_t left = 1;
    while (left * 2 < leaves.size()) left *= 2;
    return node_hash(defined(leaves.first(left)), defined(leaves.subspan(left)));
}

struct stored_tree {
    growing_tree tree;
    std::vector<tree_hash> store;

    void add(const std::string& leaf) {
        const auto made = tree.add(leaf_hash(leaf));
        store.insert(store.end(), made.begin(), made.end());
    }
    hash_reader reader() const {
        return [this](std::uint64_t place) { return store.at(place); };
    }
};

std::vector<std::string> numbered(std::size_t count) {
    std::vector<std::string> out;
    for (std::size_t i = 0; i < count; ++i) out.push_back("leaf " + std::to_string(i));
    return out;
}

TEST(Merkle, HasTheValuesThatOthersComputed) {
    EXPECT_EQ(hex(growing_tree().root()), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    EXPECT_EQ(hex(leaf_hash("")), "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
    stored_tree all;
    for (std::size_t i = 0; i < shared_leaves.size(); ++i) {
        all.add(shared_leaves[i]);
        if (i == 2) {
            EXPECT_EQ(hex(all.tree.root()), "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77");
        }
    }
    EXPECT_EQ(hex(all.tree.root()), "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328");
}

TEST(Merkle, IsAsDefinedAtEverySizeAndProvesEveryLeaf) {
    constexpr std::size_t most = 130;
    const auto leaves = numbered(most);
    stored_tree all;
    for (std::size_t size = 1; size <= most; ++size) {
        all.add(leaves[size - 1]);
        ASSERT_EQ(all.store.size(), stored_hashes(size));
        const auto root = all.tree.root();
        ASSERT_EQ(root, defined(std::span(leaves).first(size)));
        ASSERT_EQ(growing_tree(size, all.reader()).root(), root);
        for (std::size_t leaf = 0; leaf < size; ++leaf) {
            const auto path = inclusion_path(leaf, size, all.reader());
            ASSERT_TRUE(is_included(leaf_hash(leaves[leaf]), leaf, size, path, root)) << leaf << " of " << size;
        }
    }
}

// A tree goes on from what was stored of it.
TEST(Merkle, GrowsOnFromItsStore) {
    const auto leaves = numbered(100);
    stored_tree all;
    for (std::size_t i = 0; i < leaves.size(); ++i) {
        all.tree = growing_tree(i, all.reader());
        all.add(leaves[i]);
    }
    EXPECT_EQ(all.tree.root(), defined(leaves));
}

TEST(Merkle, NothingElseIsIncluded) {
    const auto leaves = numbered(21);
    stored_tree all;
    for (const auto& one : leaves) all.add(one);
    const auto root = all.tree.root();
    for (std::size_t leaf = 0; leaf < leaves.size(); ++leaf) {
        const auto path = inclusion_path(leaf, leaves.size(), all.reader());
        const auto hash = leaf_hash(leaves[leaf]);
        EXPECT_FALSE(is_included(leaf_hash("another"), leaf, leaves.size(), path, root));
        for (std::size_t other = 0; other < leaves.size() + 3; ++other) {
            if (other == leaf) continue;
            EXPECT_FALSE(is_included(hash, other, leaves.size(), path, root)) << leaf << " as " << other;
        }
        for (std::size_t i = 0; i < path.size(); ++i) {
            auto broken = path;
            broken[i][0] ^= 1;
            EXPECT_FALSE(is_included(hash, leaf, leaves.size(), broken, root));
            auto fewer = path;
            fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(i));
            EXPECT_FALSE(is_included(hash, leaf, leaves.size(), fewer, root));
        }
        auto more = path;
        more.push_back(root);
        EXPECT_FALSE(is_included(hash, leaf, leaves.size(), more, root));
        EXPECT_FALSE(is_included(hash, leaf, 0, path, root));
        auto other_root = root;
        other_root[31] ^= 1;
        EXPECT_FALSE(is_included(hash, leaf, leaves.size(), path, other_root));
    }
    EXPECT_FALSE(is_included(leaf_hash(leaves[0]), 0, UINT64_MAX, {}, root));
}

// The hash of a leaf is none of a node (section 2.1.1): else a pair of hashes could be called a record.
TEST(Merkle, ANodeIsNoLeaf) {
    stored_tree all;
    for (const auto& one : numbered(2)) all.add(one);
    std::string both;
    for (const auto& one : {all.store[0], all.store[1]}) both.append(one.begin(), one.end());
    EXPECT_NE(leaf_hash(both), all.tree.root());
}

} // namespace
} // namespace sealgate::policy
