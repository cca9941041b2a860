#include "milter/audit/tree_file.hpp"

#include "milter/audit/file_tail.hpp"
#include "milter/audit/layout.hpp"
#include "milter/audit/reader.hpp"

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

// The most leaves whose hashes are no more than these.
std::uint64_t leaves_within(std::uint64_t hashes) {
    auto leaves = hashes / 2;
    while (policy::stored_hashes(leaves + 1) <= hashes) ++leaves;
    return leaves;
}

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

// The oldest record of the latest files that together are no larger than that.
std::uint64_t oldest_within(std::uint64_t most_octets, const fs::path& directory, std::uint64_t otherwise) {
    auto out = otherwise;
    for (const auto& file : log_files(directory) | std::views::reverse) {
        const auto size = fs::file_size(file);
        if (size > most_octets) break;
        most_octets -= size;
        if (const auto first = first_record_of_log(file)) out = *first;
    }
    return out;
}

} // namespace

tree_file::tree_file(const fs::path& directory, const policy::chain_end& end, std::uint64_t most_octets)
    : directory_(directory) {
    const auto known = last_tree(directory);
    begin(known ? *known : oldest_within(most_octets, directory, end.last_seq + 1));
    if (!catch_up(end)) begin(end.last_seq + 1);
    sync();
}

void tree_file::begin(std::uint64_t first) {
    first_ = first;
    waiting_.clear();
    const auto path = tree_beginning_with(directory_, first);
    file_ = std::make_unique<keys::open_file>(path, O_RDWR | O_CREAT | O_APPEND, readable_by_group);
    keys::sync_directory(directory_);
    const auto leaves = leaves_within(hashes_in(*file_));
    written_ = policy::stored_hashes(leaves);
    resize(*file_, written_, path); // behind that a crash cut something short
    tree_ = policy::growing_tree(leaves, reader_of(*file_, path));
}

// False where the log does not go on with the record that the tree should have next.
bool tree_file::catch_up(const policy::chain_end& end) {
    if (end.last_seq + 1 < first_) return false;
    const auto path = tree_beginning_with(directory_, first_);
    if (const auto most = end.last_seq + 1 - first_; tree_.leaves() > most) {
        written_ = policy::stored_hashes(most); // the log lost what stood behind, before anybody signed it
        resize(*file_, written_, path);
        tree_ = policy::growing_tree(most, reader_of(*file_, path));
    }
    const auto last = first_ + tree_.leaves() - 1; // record 0 where there is none yet
    const auto stored = reader_of(*file_, path);
    const auto files = log_files_from(std::max(last, first_), directory_);
    if (files.empty()) return end.last_seq + 1 == first_ + tree_.leaves();
    audit_reader reader(files);
    constexpr std::size_t enough_at_once = 1 << 16;
    for (std::string line; reader.next(line);) {
        const auto link = policy::read_link(line);
        if (!link || link->seq < last || link->seq > end.last_seq) continue;
        const auto leaf = policy::leaf_hash(line);
        const auto next = first_ + tree_.leaves();
        if (link->seq > next) return false;
        if (link->seq == last && tree_.leaves() > 0 && stored(policy::stored_hashes(tree_.leaves() - 1)) != leaf) return false;
        if (link->seq < next) continue;
        take(grown_by(std::span(&leaf, 1)));
        if (waiting_.size() >= enough_at_once) sync();
    }
    return first_ + tree_.leaves() == end.last_seq + 1;
}

tree_file::growth tree_file::grown_by(std::span<const tree_hash> leaves) {
    growth out{.tree = tree_, .made = {}};
    for (const auto& leaf : leaves) std::ranges::move(out.tree.add(leaf), std::back_inserter(out.made));
    waiting_.reserve(waiting_.size() + out.made.size());
    return out;
}

void tree_file::take(growth made) noexcept {
    waiting_.insert(waiting_.end(), made.made.begin(), made.made.end());
    tree_ = std::move(made.tree);
}

void tree_file::sync() {
    if (waiting_.empty()) return;
    std::string octets;
    octets.reserve(waiting_.size() * octets_each);
    for (const auto& hash : waiting_) octets.append(hash.begin(), hash.end());
    try {
        file_->write_all(octets);
        file_->sync();
    } catch (const std::system_error&) {
        resize(*file_, written_, tree_beginning_with(directory_, first_));
        throw;
    }
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
