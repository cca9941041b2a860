#include "keys/store/wishes.hpp"

#include "keys/base/files.hpp"
#include "policy/base/names.hpp"
#include "policy/crypto/digest.hpp"

namespace sealgate::keys {

std::filesystem::path wish_notes::file(std::string_view what, std::string_view name) const {
    return directory_ / (std::string(what) + "_" + sha256_hex(name));
}

void wish_notes::leave(std::string_view what, std::string_view name) const {
    if (directory_.empty()) return;
    make_private_directory(directory_);
    replace_file(file(what, name), name);
}

bool wish_notes::has(std::string_view what, std::string_view name) const {
    return !directory_.empty() && std::filesystem::exists(file(what, name));
}

std::vector<std::string> wish_notes::of(std::string_view what) const {
    std::vector<std::string> out;
    if (directory_.empty() || !std::filesystem::exists(directory_)) return out;
    for (const auto& entry : std::filesystem::directory_iterator(directory_)) {
        if (!entry.path().filename().string().starts_with(std::string(what) + "_")) continue;
        auto name = read_if_there(entry.path(), largest_key_file);
        if (name && entry.path() == file(what, *name)) out.push_back(*std::move(name)); // else it was not written to its end
    }
    return out;
}

void wish_notes::forget(std::string_view what, std::string_view name) const {
    if (has(what, name)) remove_file(file(what, name));
}

std::string wish_to_remove(policy::key_source source) { return "removed-" + std::string(name_of(source)); }
std::string wish_to_enable(policy::key_source source) { return "enabled-" + std::string(name_of(source)); }

} // namespace sealgate::keys
