#include "milter/checkpoint_file.hpp"

#include "keys/files.hpp"
#include "milter/random.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <stdexcept>
#include <string>
#include <system_error>
#include <unistd.h>

namespace sealgate::milter {

namespace {

namespace fs = std::filesystem;

ed25519_key key_from(const fs::path& file, bool& is_new) {
    if (!fs::exists(file)) {
        is_new = true;
        const ed25519_key fresh(random_octets<32>());
        keys::make_private_directory(file.parent_path());
        keys::replace_file(file, fresh.to_pem());
        return fresh;
    }
    const auto key = ed25519_key::from_pem(keys::read_file(file));
    if (!key)
        throw std::runtime_error(file.string() + " is no Ed25519 private key; put the former one back, or move it away to have "
                                                 "a new one made");
    return *key;
}

// Octets up to the last line end, and with it. What stands behind was cut short: by a crash, or by a full disk.
off_t whole_lines(const keys::open_file& file) {
    constexpr off_t longest_line = 4096;
    const auto size = ::lseek(file.descriptor(), 0, SEEK_END);
    const auto from = std::max<off_t>(0, size - longest_line);
    std::string tail(static_cast<std::size_t>(size - from), '\0');
    if (::pread(file.descriptor(), tail.data(), tail.size(), from) != static_cast<ssize_t>(tail.size()))
        throw std::system_error(errno, std::generic_category(), "cannot read the checkpoints");
    const auto end = tail.rfind('\n');
    if (end != std::string::npos) return from + static_cast<off_t>(end) + 1;
    return from == 0 ? 0 : size;
}

void cut(const keys::open_file& file, off_t size) {
    if (::ftruncate(file.descriptor(), size) != 0)
        throw std::system_error(errno, std::generic_category(), "cannot take away a checkpoint that was cut short");
}

} // namespace

fs::path public_key_file(const fs::path& audit_directory) { return audit_directory / "checkpoint.pub"; }

checkpoint_file::checkpoint_file(const fs::path& key_file, const fs::path& audit_directory, fs::path file)
    : key_(key_from(key_file, is_new_))
    , file_(std::move(file)) {
    const auto text = to_text(key_.public_key()) + "\n";
    const auto beside = public_key_file(audit_directory);
    if (!fs::exists(beside) || keys::read_file(beside) != text) keys::replace_file(beside, text);
}

void checkpoint_file::add(const policy::checkpoint& at) const {
    const keys::open_file to(file_, O_RDWR | O_CREAT | O_APPEND, 0640);
    const auto begin = whole_lines(to);
    cut(to, begin);
    try {
        to.write_all(policy::checkpoint_line(at, key_) + "\n");
        to.sync();
    } catch (const std::system_error&) {
        cut(to, begin);
        throw;
    }
}

} // namespace sealgate::milter
