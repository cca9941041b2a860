#include "milter/audit/address_key.hpp"

#include "milter/base/hex_key.hpp"

#include <filesystem>
#include <stdexcept>
#include <utility>

namespace sealgate::milter {

policy::pseudonyms load_pseudonyms(const audit_settings& settings, if_missing what) {
    if (settings.addresses == policy::address_form::clear) return {};
    const std::filesystem::path file(settings.address_key);
    if (what == if_missing::make && !std::filesystem::exists(file)) write_hex_key(file, new_hex_key());
    auto key = read_hex_key(file);
    if (!key) throw std::runtime_error(file.string() + " is no key of 64 hex digits in lower case; put the former one back");
    return {settings.addresses, *std::move(key)};
}

} // namespace sealgate::milter
