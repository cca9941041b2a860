#include "policy/proof/merkle.hpp"

#include "policy/base/base64.hpp"
#include "policy/crypto/digest.hpp"

#include <algorithm>
#include <bit>
#include <string>

namespace sealgate::policy {

namespace {

// Of the hash that stands for the `number`-th subtree of 2^level leaves: the last of its leaves makes it whole.
std::uint64_t place_of(unsigned level, std::uint64_t number) { return stored_hashes(((number + 1) << level) - 1) + level; }

// Of leaves [begin, end), which begin at a multiple of the greatest power of two that they hold.
tree_hash hash_of(std::uint64_t begin, std::uint64_t end, const hash_reader& stored) {
    const auto count = end - begin;
    const auto left = std::bit_floor(count);
    const auto level = static_cast<unsigned>(std::countr_zero(left));
    const auto whole = stored(place_of(level, begin >> level));
    return left == count ? whole : node_hash(whole, hash_of(begin + left, end, stored));
}

// The size of the left part of a tree of so many leaves, at least two.
std::uint64_t left_part(std::uint64_t leaves) { return std::bit_ceil(leaves) / 2; }

void add_path(std::vector<tree_hash>& to, std::uint64_t leaf, std::uint64_t begin, std::uint64_t end,
              const hash_reader& stored) {
    if (end - begin == 1) return;
    const auto middle = begin + left_part(end - begin);
    if (leaf < middle) {
        add_path(to, leaf, begin, middle, stored);
        to.push_back(hash_of(middle, end, stored));
    } else {
        add_path(to, leaf, middle, end, stored);
        to.push_back(hash_of(begin, middle, stored));
    }
}

} // namespace

std::string to_text(const tree_hash& hash) { return text::encode_base64(std::string(hash.begin(), hash.end())); }

std::optional<tree_hash> parse_tree_hash(std::string_view text) {
    tree_hash out{};
    const auto octets = text::decode_strict_base64(text);
    if (!octets || octets->size() != out.size()) return std::nullopt;
    std::ranges::copy(*octets, out.begin());
    return out;
}

tree_hash leaf_hash(std::string_view leaf) { return sha256_of(std::string(1, '\0').append(leaf)); }

tree_hash node_hash(const tree_hash& left, const tree_hash& right) {
    std::string octets(1, '\1');
    octets.append(left.begin(), left.end()).append(right.begin(), right.end());
    return sha256_of(octets);
}

std::uint64_t stored_hashes(std::uint64_t leaves) { return 2 * leaves - static_cast<std::uint64_t>(std::popcount(leaves)); }

growing_tree::growing_tree(std::uint64_t leaves, const hash_reader& stored)
    : leaves_(leaves) {
    std::uint64_t begin = 0;
    while (begin < leaves) {
        const auto count = std::bit_floor(leaves - begin);
        whole_.push_back(hash_of(begin, begin + count, stored));
        begin += count;
    }
}

std::vector<tree_hash> growing_tree::add(const tree_hash& leaf) {
    std::vector<tree_hash> made{leaf};
    for (auto size = leaves_; size & 1; size >>= 1) {
        made.push_back(node_hash(whole_.back(), made.back()));
        whole_.pop_back();
    }
    whole_.push_back(made.back());
    ++leaves_;
    return made;
}

tree_hash growing_tree::root() const {
    if (whole_.empty()) return sha256_of("");
    auto out = whole_.back();
    for (auto i = whole_.size() - 1; i-- > 0;) out = node_hash(whole_[i], out);
    return out;
}

std::vector<tree_hash> inclusion_path(std::uint64_t leaf, std::uint64_t leaves, const hash_reader& stored) {
    std::vector<tree_hash> out;
    add_path(out, leaf, 0, leaves, stored);
    return out;
}

bool is_included(const tree_hash& leaf, std::uint64_t place, std::uint64_t leaves, std::span<const tree_hash> path,
                 const tree_hash& root) {
    if (place >= leaves) return false;
    auto node = place, last = leaves - 1; // in the level that has been reached
    auto hash = leaf;
    for (const auto& beside : path) {
        if (last == 0) return false;
        if ((node & 1) == 1 || node == last) {
            hash = node_hash(beside, hash);
            while ((node & 1) == 0 && node != 0) node >>= 1, last >>= 1;
        } else {
            hash = node_hash(hash, beside);
        }
        node >>= 1, last >>= 1;
    }
    return last == 0 && hash == root;
}

} // namespace sealgate::policy
