#include "keys/store/removed.hpp"

#include "keys/base/files.hpp"
#include "policy/base/names.hpp"

namespace sealgate::keys {

namespace {

std::string prefix_of(policy::key_source source) { return std::string(name_of(source)) + "-"; }

} // namespace

std::filesystem::path removal_notes::file(policy::key_source source, const std::string& fingerprint) const {
    return directory_ / (prefix_of(source) + fingerprint);
}

void removal_notes::leave(policy::key_source source, const std::string& fingerprint) const {
    if (directory_.empty()) return;
    make_private_directory(directory_);
    replace_file(file(source, fingerprint), "");
}

bool removal_notes::has(policy::key_source source, const std::string& fingerprint) const {
    return !directory_.empty() && std::filesystem::exists(file(source, fingerprint));
}

std::vector<std::string> removal_notes::of(policy::key_source source) const {
    std::vector<std::string> out;
    if (directory_.empty() || !std::filesystem::exists(directory_)) return out;
    const auto prefix = prefix_of(source);
    for (const auto& entry : std::filesystem::directory_iterator(directory_)) {
        const auto name = entry.path().filename().string();
        if (name.starts_with(prefix) && entry.path().extension().empty()) out.push_back(name.substr(prefix.size()));
    }
    return out;
}

void removal_notes::forget(policy::key_source source, const std::string& fingerprint) const {
    if (has(source, fingerprint)) remove_file(file(source, fingerprint));
}

} // namespace sealgate::keys
