#include "milter/audit/reader.hpp"

#include "milter/audit/file_tail.hpp"
#include "milter/base/exception_text.hpp"
#include "policy/audit/chain.hpp"

#include <algorithm>
#include <cerrno>
#include <stdexcept>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace sealgate::milter {

namespace {

constexpr std::size_t chunk = 256 * 1024;
constexpr std::size_t most_kept = policy::longest_record + 1; // of one line

std::optional<ino_t> inode_of(const std::filesystem::path& file) {
    struct stat status = {};
    if (::stat(file.c_str(), &status) != 0) return std::nullopt;
    return status.st_ino;
}

} // namespace

audit_reader::audit_reader(const std::filesystem::path& directory, line_choice choice)
    : directory_(directory)
    , files_(log_files(directory))
    , choice_(std::move(choice)) {
    if (files_.empty())
        throw std::runtime_error("there is no audit log in " + directory.string() + "; has the gateway run yet?");
    open(0);
}

audit_reader::audit_reader(std::vector<std::filesystem::path> files)
    : files_(std::move(files)) {
    if (!files_.empty()) open(0);
}

bool audit_reader::next(std::string& line) {
    left_.reset();
    if (next_chosen(line)) return true;
    for (;;) {
        const auto end = buffer_.find('\n', searched_);
        if (end != std::string::npos) {
            line.assign(buffer_, at_, std::min(end - at_, most_kept));
            at_ = searched_ = end + 1;
            if (!first_here_) first_here_ = policy::seq_of(line);
            return true;
        }
        if (buffer_.size() - at_ > most_kept) buffer_.resize(at_ + most_kept);
        searched_ = buffer_.size();
        if (fill()) continue;
        auto here = file();
        const auto behind = next_file();
        if (!behind) return false;
        if (fill()) continue; // written between the two looks, and rotated away then
        auto rest = buffer_.substr(at_);
        open(*behind);
        // Only the log's last line can be one that is being written.
        if (!rest.empty()) {
            line = std::move(rest);
            left_ = std::move(here);
            return true;
        }
        if (next_chosen(line)) return true;
    }
}

bool audit_reader::next_chosen(std::string& line) {
    while (next_chosen_ < chosen_.begins.size()) {
        auto found = line_at(in_->descriptor(), chosen_.begins[next_chosen_++], most_kept, file());
        if (!found) continue; // it was cut off meanwhile
        line = *std::move(found);
        return true;
    }
    return false;
}

bool audit_reader::fill() {
    if (!in_) return false;
    searched_ -= at_;
    buffer_.erase(0, std::exchange(at_, 0));
    const auto have = buffer_.size();
    buffer_.resize(have + chunk);
    try {
        const auto got = read(std::span(buffer_).subspan(have));
        buffer_.resize(have + got);
        if (got == 0 && !unpacked_) step_back();
        return got > 0;
    } catch (const damaged_zstd& damage) {
        buffer_.resize(have);
        end_with(text_of(damage));
        return true;
    }
}

// What was read of the file ends with that line.
void audit_reader::end_with(const std::string& damage) {
    if (at_ < buffer_.size()) buffer_ += '\n';
    buffer_ += damage + '\n';
    unpacked_.reset();
    ::lseek(in_->descriptor(), 0, SEEK_END);
}

std::size_t audit_reader::read(std::span<char> to) {
    if (unpacked_) return unpacked_->read(to);
    const auto got = ::read(in_->descriptor(), to.data(), to.size());
    if (got < 0) throw std::system_error(errno, std::generic_category(), "cannot read " + file().string());
    return static_cast<std::size_t>(got);
}

// Octets that could not be made durable were taken back: what follows begins there.
void audit_reader::step_back() {
    const auto size = in_->status().st_size;
    if (::lseek(in_->descriptor(), 0, SEEK_CUR) <= size) return;
    ::lseek(in_->descriptor(), size, SEEK_SET);
    buffer_.clear();
    searched_ = 0;
}

// The place of the file behind the one in hand, which may have another name by now; nothing where that is the last one.
std::optional<std::size_t> audit_reader::next_file() {
    if (!directory_.empty()) {
        auto files = log_files(directory_);
        if (files.empty()) return std::nullopt;
        files_ = std::move(files);
        // The last one, should two names be one file: what was read is not read again.
        const auto here = std::ranges::find(files_.rbegin(), files_.rend(), std::optional(inode_), &inode_of);
        if (here == files_.rend()) return file_behind_lost();
        at_file_ = static_cast<std::size_t>(files_.rend() - here) - 1;
    }
    return at_file_ + 1 < files_.size() ? std::optional(at_file_ + 1) : std::nullopt;
}

// The file in hand was taken away, or compressed, while it was read.
std::optional<std::size_t> audit_reader::file_behind_lost() {
    const auto follows = [&](const std::filesystem::path& file) {
        const auto first = first_record_named(file);
        return !first || (first_here_ && *first > *first_here_);
    };
    const auto next = std::ranges::find_if(files_, follows);
    at_file_ = std::min(at_file_, files_.size() - 1);
    return next == files_.end() ? std::nullopt : std::optional(static_cast<std::size_t>(next - files_.begin()));
}

void audit_reader::open(std::size_t file) {
    at_file_ = file;
    in_.emplace(files_[file]);
    inode_ = in_->status().st_ino;
    first_here_ = first_record_named(files_[file]);
    buffer_.clear();
    at_ = searched_ = 0;
    unpacked_.reset();
    auto chosen = choice_ ? choice_(files_[file], *in_) : std::nullopt;
    const bool wants_none = chosen && chosen->begins.empty() && chosen->covered >= in_->status().st_size;
    if (is_compressed(files_[file]) && !wants_none) {
        unpacked_.emplace(in_->descriptor(), files_[file]);
        chosen.reset();
    }
    chosen_ = std::move(chosen).value_or(chosen_lines{});
    next_chosen_ = 0;
    ::lseek(in_->descriptor(), chosen_.covered, SEEK_SET);
}

std::optional<std::uint64_t> first_record_of_log(const std::filesystem::path& file) {
    if (const auto named = first_record_named(file)) return named;
    audit_reader reader(std::vector{file});
    for (std::string line; reader.next(line);)
        if (const auto link = policy::read_link(line)) return link->seq;
    return std::nullopt;
}

std::vector<std::filesystem::path> log_files_from(std::uint64_t record, const std::filesystem::path& directory) {
    auto files = log_files(directory);
    auto begin = files.size();
    while (begin > 0) {
        const auto first = first_record_of_log(files[--begin]);
        if (first && *first <= record) break;
    }
    files.erase(files.begin(), files.begin() + static_cast<std::ptrdiff_t>(begin));
    return files;
}

line_choice behind_files_before(std::uint64_t record, const std::filesystem::path& directory) {
    const auto wanted = log_files_from(record, directory);
    const auto first = wanted.empty() ? std::nullopt : first_record_of_log(wanted.front());
    return [first](const std::filesystem::path& file, const keys::open_file& in) -> std::optional<chosen_lines> {
        const auto named = first_record_named(file);
        if (!first || !named || *named >= *first) return std::nullopt;
        return chosen_lines{.begins = {}, .covered = in.status().st_size};
    };
}

} // namespace sealgate::milter
