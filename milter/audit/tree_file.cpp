#include "milter/audit/tree_file.hpp"

#include "milter/audit/file_tail.hpp"
#include "milter/audit/layout.hpp"
#include "milter/audit/reader.hpp"
#include "policy/base/hex.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <ranges>
#include <string>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace sealgate::milter {

namespace {

namespace fs = std::filesystem;
using policy::tree_hash;

constexpr std::uint64_t octets_each = sizeof(tree_hash);

void resize(const keys::open_file& file, std::uint64_t hashes, const fs::path& path) {
    if (::ftruncate(file.descriptor(), static_cast<off_t>(hashes * octets_each)) != 0)
        throw std::system_error(errno, std::generic_category(), "cannot cut " + path.string());
}

std::uint64_t hashes_in(const keys::open_file& file) { return static_cast<std::uint64_t>(file.status().st_size) / octets_each; }

// `file` outlives the reader.
policy::hash_reader reader_of(const keys::open_file& file, fs::path path) {
    return [&file, path = std::move(path)](std::uint64_t place) {
        const auto begin = static_cast<off_t>(place * octets_each);
        const auto octets = read_range(file.descriptor(), begin, begin + static_cast<off_t>(octets_each), path);
        tree_hash out{};
        std::ranges::copy(octets, out.begin());
        return out;
    };
}

// The oldest record of the latest files that together are no larger than that; text that was compressed is about ten times as
// large.
std::uint64_t oldest_within(std::uint64_t most_octets, const fs::path& directory, std::uint64_t otherwise) {
    auto out = otherwise;
    for (const auto& file : log_files(directory) | std::views::reverse) {
        const auto size = fs::file_size(file) * (is_compressed(file) ? 10 : 1);
        if (size > most_octets) break;
        most_octets -= size;
        if (const auto first = first_record_of_log(file)) out = *first;
    }
    return out;
}

// Another tree begins where one lies that is not believed: that one may be looked into.
void put_aside(const fs::path& file) {
    for (unsigned copy = 1;; ++copy) {
        auto aside = file;
        aside += "." + std::to_string(copy);
        if (fs::exists(fs::symlink_status(aside))) continue;
        fs::rename(file, aside);
        return;
    }
}

} // namespace

tree_file::tree_file(const fs::path& directory, const policy::chain_end& end,
                     const std::optional<policy::checkpoint>& last_signed, std::uint64_t most_octets)
    : directory_(directory) {
    if (last_signed && last_signed->tree && take_up(*last_signed)) {
        if (!catch_up(last_signed->end, end)) begin(end.last_seq + 1);
        return;
    }
    // Where a tree may have been signed of which nothing is known here, the same beginning is not signed again.
    const auto known = last_tree(directory, end.last_seq + 1);
    const bool has_leaves = known && fs::file_size(tree_beginning_with(directory, *known)) > 0;
    const bool never_signed = last_signed && !last_signed->tree;
    if (has_leaves && !never_signed) {
        begin(end.last_seq + 1);
        return;
    }
    begin(oldest_within(most_octets, directory, end.last_seq + 1));
    // Of a log whose beginning was pruned the chain begins with whatever its first record names.
    if (!catch_up({.last_seq = first_ - 1, .last_hash = {}}, end)) begin(end.last_seq + 1);
}

std::string tree_file::name() const {
    constexpr std::size_t octets = 6;
    return text::lower_hex({reinterpret_cast<const char*>(first_leaf_.data()), octets});
}

void tree_file::begin(std::uint64_t first) {
    const auto path = tree_beginning_with(directory_, first);
    if (fs::exists(path) && fs::file_size(path) > 0) put_aside(path);
    first_ = first;
    tree_ = {};
    written_ = 0;
    waiting_.clear();
    file_ = std::make_unique<keys::open_file>(path, O_RDWR | O_CREAT | O_APPEND, readable_by_group);
    keys::sync_directory(directory_);
}

// The tree as it was signed; false where its file has another one.
bool tree_file::take_up(const policy::checkpoint& last_signed) {
    const auto& [first, head] = *last_signed.tree;
    const auto path = tree_beginning_with(directory_, first);
    if (!fs::exists(path)) return false;
    file_ = std::make_unique<keys::open_file>(path, O_RDWR | O_CREAT | O_APPEND, readable_by_group);
    const auto stored = policy::stored_hashes(head.leaves);
    if (hashes_in(*file_) < stored) return false;
    const auto read = reader_of(*file_, path);
    policy::growing_tree tree(head.leaves, read);
    if (tree.root() != head.root) return false;
    first_ = first;
    first_leaf_ = read(0);
    resize(*file_, stored, path); // nobody has signed what stands behind
    tree_ = std::move(tree);
    written_ = stored;
    return true;
}

// False where the log's chain does not lead from there to its end. `from` without a hash: whatever the next record follows.
bool tree_file::catch_up(policy::chain_end from, const policy::chain_end& to) {
    if (from.last_seq >= to.last_seq) return from.last_seq == to.last_seq;
    const auto files = log_files_from(from.last_seq + 1, directory_);
    if (files.empty()) return false;
    audit_reader reader(files);
    constexpr std::size_t enough_at_once = 1 << 16;
    for (std::string line; from.last_seq < to.last_seq && reader.next(line);) {
        if (policy::seq_of(line) != from.last_seq + 1) continue;
        const auto link = policy::read_link(line);
        if (!link || (!from.last_hash.empty() && link->prev != from.last_hash)) continue; // somebody else's of that number
        const auto leaf = policy::leaf_hash(line);
        take(grown_by(std::span(&leaf, 1)));
        if (waiting_.size() >= enough_at_once) sync();
        from = {.last_seq = link->seq, .last_hash = link->hash};
    }
    return from == to;
}

tree_file::growth tree_file::grown_by(std::span<const tree_hash> leaves) {
    growth out{.tree = tree_, .made = {}};
    for (const auto& leaf : leaves) std::ranges::move(out.tree.add(leaf), std::back_inserter(out.made));
    const auto needed = waiting_.size() + out.made.size();
    if (needed > waiting_.capacity()) waiting_.reserve(std::max(needed, 2 * waiting_.capacity()));
    return out;
}

void tree_file::take(growth made) noexcept {
    if (tree_.leaves() == 0 && !made.made.empty()) first_leaf_ = made.made.front();
    waiting_.insert(waiting_.end(), made.made.begin(), made.made.end());
    tree_ = std::move(made.tree);
}

void tree_file::sync() {
    if (waiting_.empty()) return;
    std::string octets;
    octets.reserve(waiting_.size() * octets_each);
    for (const auto& hash : waiting_) octets.append(hash.begin(), hash.end());
    resize(*file_, written_, tree_beginning_with(directory_, first_)); // of a write that failed something may be there
    file_->write_all(octets);
    file_->sync();
    written_ += waiting_.size();
    waiting_.clear();
}

std::optional<policy::hash_reader> stored_tree(const fs::path& directory, std::uint64_t first, std::uint64_t leaves) {
    const auto path = tree_beginning_with(directory, first);
    if (!fs::exists(path)) return std::nullopt;
    const auto file = std::make_shared<const keys::input_file>(path);
    if (hashes_in(*file) < policy::stored_hashes(leaves)) return std::nullopt;
    return [file, path](std::uint64_t place) { return reader_of(*file, path)(place); };
}

} // namespace sealgate::milter
