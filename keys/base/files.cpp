#include "keys/base/files.hpp"

#include "keys/base/file_batch.hpp"

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <system_error>
#include <thread>
#include <unistd.h>
#include <utility>

namespace sealgate::keys {

namespace {

[[noreturn]] void fail(const std::string& doing, const std::filesystem::path& file) {
    const auto named = file.empty() ? "a file whose name is empty" : file.string();
    throw std::system_error(errno, std::generic_category(), doing + " " + named);
}

// What errno has no words for.
enum class file_error { not_regular = 1, too_large };

class file_errors : public std::error_category {
public:
    const char* name() const noexcept override { return "file"; }
    std::string message(int value) const override {
        switch (static_cast<file_error>(value)) {
        case file_error::not_regular: return "it is no regular file";
        case file_error::too_large: return "it is too large";
        }
        return "it cannot be used";
    }
};

[[noreturn]] void refuse(file_error what, const std::filesystem::path& file) {
    static const file_errors category;
    throw std::system_error(static_cast<int>(what), category, "cannot read " + file.string());
}

// Root works for the directory's owner here.
void give_to_owner_of(const std::filesystem::path& directory, const std::filesystem::path& made) {
    struct stat owner = {};
    if (::geteuid() != 0 || ::stat(directory.empty() ? "." : directory.c_str(), &owner) != 0) return;
    if (::lchown(made.c_str(), owner.st_uid, owner.st_gid) != 0) fail("cannot give away", made);
}

} // namespace

open_file::open_file(std::filesystem::path path, int flags, unsigned mode)
    : path_(std::move(path)) {
    const bool is_new = (flags & O_CREAT) != 0 && !std::filesystem::exists(path_);
    descriptor_ = ::open(path_.c_str(), flags | O_CLOEXEC, mode);
    if (descriptor_ < 0) fail("cannot open", path_);
    if (is_new) give_to_owner_of(path_.parent_path(), path_);
}

open_file::~open_file() { ::close(descriptor_); }

void open_file::write_all(std::string_view content) const {
    for (std::size_t done = 0; done < content.size();) {
        const auto written = ::write(descriptor_, content.data() + done, content.size() - done);
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) throw unfinished_write(errno, "cannot write " + path_.string(), done);
        done += static_cast<std::size_t>(written);
    }
}

struct ::stat open_file::status() const {
    struct stat out {};
    if (::fstat(descriptor_, &out) != 0) fail("cannot look at", path_);
    return out;
}

void open_file::sync() const {
    if (::fsync(descriptor_) != 0) fail("cannot sync", path_);
}

void sync_directory(const std::filesystem::path& directory) { open_file(directory, O_RDONLY | O_DIRECTORY).sync(); }

// Without O_NONBLOCK, opening a FIFO waits for somebody who writes. A regular file takes no notice of it.
input_file::input_file(const std::filesystem::path& path, input_kind kind)
    : open_file(path, O_RDONLY | O_NONBLOCK | O_NOCTTY) {
    struct stat status = {};
    if (::fstat(descriptor(), &status) != 0) fail("cannot look at", path);
    const bool is_pipe = kind == input_kind::file_or_pipe && S_ISFIFO(status.st_mode);
    if (!is_pipe && !S_ISREG(status.st_mode)) refuse(file_error::not_regular, path);
    if (is_pipe && ::fcntl(descriptor(), F_SETFL, 0) != 0) fail("cannot read", path);
}

std::string read_file(const std::filesystem::path& file, std::size_t most, input_kind kind) {
    return read_open(input_file(file, kind).descriptor(), file, most);
}

std::optional<std::string> read_if_there(const std::filesystem::path& file, std::size_t most) {
    try {
        return read_file(file, most);
    } catch (const std::system_error& problem) {
        if (problem.code() == std::errc::no_such_file_or_directory) return std::nullopt;
        throw;
    }
}

std::string read_open(int descriptor, const std::filesystem::path& name, std::size_t most) {
    std::string out;
    char buffer[16384];
    for (;;) {
        const auto count = ::read(descriptor, buffer, sizeof buffer);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) fail("cannot read", name);
        if (count == 0) return out;
        out.append(buffer, static_cast<std::size_t>(count));
        if (out.size() > most) refuse(file_error::too_large, name);
    }
}

void replace_file(const std::filesystem::path& file, std::string_view content, unsigned mode) {
    replace_file(file, octet_pieces{octets(content, nullptr)}, mode);
}

void replace_file(const std::filesystem::path& file, const octet_pieces& content, unsigned mode) {
    file_batch alone(file.parent_path());
    alone.put(file, content, mode);
    alone.commit();
}

void remove_file(const std::filesystem::path& file) {
    if (std::filesystem::remove(file)) sync_directory(file.parent_path());
}

void make_private_directory(const std::filesystem::path& directory, unsigned mode) {
    if (std::filesystem::is_directory(directory)) return;
    const auto above = directory.parent_path();
    if (!above.empty() && above != directory) make_private_directory(above);
    if (::mkdir(directory.c_str(), mode) == 0) return give_to_owner_of(above, directory);
    if (errno != EEXIST || !std::filesystem::is_directory(directory)) fail("cannot create the directory", directory);
}

void remove_tree(const std::filesystem::path& directory) {
    std::error_code problem;
    for (int turn = 0; turn < 50; ++turn) {
        std::filesystem::remove_all(directory, problem);
        if (!problem) return;
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    throw std::filesystem::filesystem_error("cannot remove a directory", directory, problem);
}

temporary_directory::temporary_directory(const std::filesystem::path& parent) {
    auto pattern = (parent / "gpg-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) fail("cannot create a directory in", parent);
    path_ = pattern;
}

temporary_directory::~temporary_directory() {
    try {
        remove_tree(path_);
    } catch (const std::filesystem::filesystem_error&) { // what stays behind is harmless
    }
}

file_lock::file_lock(const std::filesystem::path& file)
    : file_(file, O_RDWR | O_CREAT) {
    while (::flock(file_.descriptor(), LOCK_EX) != 0)
        if (errno != EINTR) fail("cannot lock", file);
}

} // namespace sealgate::keys
