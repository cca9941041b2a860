#include "milter/audit/checkpoint_file.hpp"

#include "keys/base/files.hpp"
#include "milter/audit/file_tail.hpp"
#include "milter/audit/layout.hpp"
#include "milter/base/random.hpp"

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
    const auto key = ed25519_key::from_pem(keys::read_file(file, keys::largest_key_file));
    if (!key)
        throw std::runtime_error(file.string() + " is no Ed25519 private key; put the former one back, or move it away to have "
                                                 "a new one made");
    return *key;
}

// An auditor of the group has no business with the key, and verifies all the same.
std::optional<std::string> read_if_allowed(const fs::path& file, std::vector<fs::path>& forbidden) {
    try {
        return keys::read_if_there(file, keys::largest_key_file);
    } catch (const std::system_error& problem) {
        if (problem.code() == std::errc::permission_denied) return forbidden.push_back(file), std::nullopt;
        throw;
    }
}

std::optional<ed25519_public_key> key_beside(const fs::path& audit_directory, std::vector<fs::path>& forbidden) {
    const auto text = read_if_allowed(public_key_file(audit_directory), forbidden);
    return text ? parse_ed25519_public_key(*text) : std::nullopt;
}

void cut(const keys::open_file& file, off_t size) {
    if (::ftruncate(file.descriptor(), size) != 0)
        throw std::system_error(errno, std::generic_category(), "cannot take away a checkpoint that was cut short");
}

} // namespace

fs::path public_key_file(const fs::path& audit_directory) { return audit_directory / "checkpoint.pub"; }

keys_at_hand look_for_keys(const fs::path& audit_directory, const fs::path& key_file) {
    keys_at_hand out;
    out.beside = key_beside(audit_directory, out.forbidden);
    if (const auto text = read_if_allowed(key_file, out.forbidden))
        if (const auto key = ed25519_key::from_pem(*text)) out.signer = key->public_key();
    return out;
}

checkpoint_file::checkpoint_file(const fs::path& key_file, const fs::path& audit_directory, fs::path file)
    : key_(key_from(key_file, is_new_))
    , file_(std::move(file)) {
    const auto key = key_.public_key();
    std::vector<fs::path> forbidden; // then there is none to name, and replacing it tells why
    former_ = key_beside(audit_directory, forbidden);
    if (former_ == key) {
        former_.reset();
        return;
    }
    keys::replace_file(public_key_file(audit_directory), to_text(key) + "\n", readable_by_group);
}

std::optional<policy::checkpoint> checkpoint_file::last() const {
    if (!fs::exists(file_)) return std::nullopt;
    std::vector<ed25519_public_key> known{public_key()};
    if (former_) known.push_back(*former_);
    constexpr off_t longest_line = 4096;
    constexpr int most_lines = 1000; // by other keys, or damaged
    const keys::input_file from(file_);
    auto end = line_start(from.descriptor(), ::lseek(from.descriptor(), 0, SEEK_END), file_);
    for (int lines = 0; end > 0 && lines < most_lines; ++lines) {
        const auto begin = line_start(from.descriptor(), end - 1, file_);
        if (end - begin < longest_line)
            if (const auto read = policy::read_checkpoint(read_range(from.descriptor(), begin, end - 1, file_), known))
                return read->at;
        end = begin;
    }
    return std::nullopt;
}

void checkpoint_file::add(const policy::checkpoint& at) const {
    const keys::open_file to(file_, O_RDWR | O_CREAT | O_APPEND, readable_by_group);
    // What stands behind the last line end was cut short: by a crash, or by a full disk.
    const auto begin = line_start(to.descriptor(), ::lseek(to.descriptor(), 0, SEEK_END), file_);
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
