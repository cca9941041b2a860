#include "keys/files.hpp"

#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace sealgate::keys {

namespace {

[[noreturn]] void fail(const std::string& doing, const std::filesystem::path& file) {
    throw std::system_error(errno, std::generic_category(), doing + " " + file.string());
}

class descriptor {
public:
    descriptor(const std::filesystem::path& file, int flags)
        : file_(file)
        , number_(::open(file.c_str(), flags | O_CLOEXEC, 0600)) {
        if (number_ < 0) fail("cannot open", file_);
    }
    ~descriptor() {
        if (number_ >= 0) ::close(number_);
    }
    descriptor(const descriptor&) = delete;
    descriptor& operator=(const descriptor&) = delete;

    int get() const { return number_; }
    int release() { return std::exchange(number_, -1); }
    void sync() const {
        if (::fsync(number_) != 0) fail("cannot sync", file_);
    }

private:
    const std::filesystem::path& file_;
    int number_;
};

void write_all(const descriptor& to, std::string_view content, const std::filesystem::path& file) {
    while (!content.empty()) {
        const auto written = ::write(to.get(), content.data(), content.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) fail("cannot write", file);
        content.remove_prefix(static_cast<std::size_t>(written));
    }
}

void sync_directory_of(const std::filesystem::path& file) {
    const auto directory = file.parent_path();
    descriptor(directory, O_RDONLY | O_DIRECTORY).sync();
}

} // namespace

std::string read_file(const std::filesystem::path& file) {
    const descriptor from(file, O_RDONLY);
    std::string out;
    char buffer[16384];
    for (;;) {
        const auto count = ::read(from.get(), buffer, sizeof buffer);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) fail("cannot read", file);
        if (count == 0) return out;
        out.append(buffer, static_cast<std::size_t>(count));
    }
}

void replace_file(const std::filesystem::path& file, std::string_view content) {
    auto fresh = file;
    fresh += ".new";
    {
        const descriptor to(fresh, O_WRONLY | O_CREAT | O_TRUNC);
        write_all(to, content, fresh);
        to.sync();
    }
    std::filesystem::rename(fresh, file);
    sync_directory_of(file);
}

void remove_file(const std::filesystem::path& file) {
    if (std::filesystem::remove(file)) sync_directory_of(file);
}

void make_private_directory(const std::filesystem::path& directory) {
    if (!directory.parent_path().empty()) std::filesystem::create_directories(directory.parent_path());
    if (::mkdir(directory.c_str(), 0700) != 0 && errno != EEXIST) fail("cannot create", directory);
}

temporary_directory::temporary_directory(const std::filesystem::path& parent) {
    auto pattern = (parent / "gpg-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) fail("cannot create a directory in", parent);
    path_ = pattern;
}

temporary_directory::~temporary_directory() {
    std::error_code ignored; // what stays behind is harmless
    std::filesystem::remove_all(path_, ignored);
}

file_lock::file_lock(const std::filesystem::path& file)
    : descriptor_(descriptor(file, O_RDWR | O_CREAT).release()) {
    while (::flock(descriptor_, LOCK_EX) != 0) {
        if (errno == EINTR) continue;
        ::close(descriptor_);
        fail("cannot lock", file);
    }
}

file_lock::~file_lock() { ::close(descriptor_); }

} // namespace sealgate::keys
