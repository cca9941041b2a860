#include "milter/audit/address_key.hpp"

#include "keys/base/files.hpp"
#include "milter/base/random.hpp"
#include "policy/base/digest.hpp"
#include "policy/base/text.hpp"

#include <filesystem>
#include <stdexcept>
#include <string>

namespace sealgate::milter {

policy::pseudonyms load_pseudonyms(const audit_settings& settings, if_missing what) {
    if (settings.addresses == policy::address_form::clear) return {};
    const std::filesystem::path file(settings.address_key);
    if (what == if_missing::make && !std::filesystem::exists(file)) {
        const auto octets = random_octets<32>();
        keys::make_private_directory(file.parent_path());
        keys::replace_file(file, sha256_hex({reinterpret_cast<const char*>(octets.data()), octets.size()}) + "\n");
    }
    auto key = std::string(text::trim(keys::read_file(file, keys::largest_key_file)));
    if (key.size() != 64 || key.find_first_not_of("0123456789abcdef") != std::string::npos)
        throw std::runtime_error(file.string() + " is no key of 64 hex digits in lower case; put the former one back");
    return {settings.addresses, std::move(key)};
}

} // namespace sealgate::milter
