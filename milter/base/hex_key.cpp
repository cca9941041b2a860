#include "milter/base/hex_key.hpp"

#include "keys/base/files.hpp"
#include "milter/base/random.hpp"
#include "policy/base/text.hpp"
#include "policy/crypto/digest.hpp"

namespace sealgate::milter {

std::string new_hex_key() {
    const auto octets = random_octets<32>();
    return sha256_hex({reinterpret_cast<const char*>(octets.data()), octets.size()});
}

std::optional<std::string> read_hex_key(const std::filesystem::path& file) {
    auto key = std::string(text::trim(keys::read_file(file, keys::largest_key_file)));
    if (key.size() != 64 || key.find_first_not_of("0123456789abcdef") != std::string::npos) return std::nullopt;
    return key;
}

void write_hex_key(const std::filesystem::path& file, const std::string& key) {
    keys::make_private_directory(file.parent_path());
    keys::replace_file(file, key + "\n");
}

} // namespace sealgate::milter
