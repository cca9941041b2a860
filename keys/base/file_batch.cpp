#include "keys/base/file_batch.hpp"

#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

namespace sealgate::keys {

namespace {

constexpr std::size_t most_synced_alone = 8;

} // namespace

std::filesystem::path file_batch::unfinished(std::filesystem::path file) { return file += ".new"; }

file_batch::file_batch(const std::filesystem::path& directory)
    : directory_(directory, O_RDONLY | O_DIRECTORY) {}

file_batch::~file_batch() {
    std::error_code ignored;
    for (const auto& file : files_) std::filesystem::remove(unfinished(file), ignored);
}

void file_batch::put(const std::filesystem::path& file, const octet_pieces& content, unsigned mode) {
    const auto fresh = unfinished(file);
    std::filesystem::remove(fresh); // whatever lies there is not written to: it may be a link
    const auto& to = few_.emplace_back(fresh, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode);
    files_.push_back(file);
    for (const auto& piece : content) to.write_all(piece);
    if (files_.size() > most_synced_alone) few_.clear();
}

void file_batch::commit() {
    if (files_.empty()) return;
    sync();
    few_.clear();
    for (const auto& file : files_) std::filesystem::rename(unfinished(file), file);
    directory_.sync();
    files_.clear();
}

void file_batch::sync() const {
    if (files_.size() <= most_synced_alone) {
        for (const auto& file : few_) file.sync();
    } else if (::syncfs(directory_.descriptor()) != 0) {
        throw std::system_error(errno, std::generic_category(),
                                "cannot sync the files of " + files_.front().parent_path().string());
    }
}

} // namespace sealgate::keys
