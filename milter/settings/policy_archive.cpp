#include "milter/settings/policy_archive.hpp"

#include "keys/base/files.hpp"
#include "policy/crypto/digest.hpp"

#include <algorithm>
#include <system_error>
#include <vector>

namespace sealgate::milter {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view scheme = "sha256:";
constexpr std::size_t fewest_digits = 4, digits = 64;
constexpr unsigned readable_by_group = 0640, open_to_group = 0750; // auditors

fs::path directory_of(const fs::path& audit) { return audit / "policies"; }

std::string_view hex_of(std::string_view digest) { return digest.starts_with(scheme) ? digest.substr(scheme.size()) : digest; }

bool is_hex(std::string_view text) { return text.find_first_not_of("0123456789abcdef") == std::string_view::npos; }

} // namespace

void keep_policy(const fs::path& audit_directory, std::string_view digest, std::string_view text) {
    const auto directory = directory_of(audit_directory);
    const auto file = directory / hex_of(digest);
    if (fs::exists(file)) return;
    keys::make_private_directory(directory, open_to_group);
    keys::replace_file(file, text, readable_by_group);
}

std::expected<std::string, std::string> kept_policy(const fs::path& audit_directory, std::string_view digest) {
    const auto hex = hex_of(digest);
    if (hex.size() < fewest_digits || hex.size() > digits || !is_hex(hex))
        return std::unexpected(std::string(digest) +
                               " is no digest of a policy: sha256: and 64 hex digits, or the first of them");
    std::vector<fs::path> found;
    std::error_code missing;
    for (const auto& one : fs::directory_iterator(directory_of(audit_directory), missing))
        if (const auto name = one.path().filename().string(); name.size() == digits && name.starts_with(hex))
            found.push_back(one.path());
    if (found.empty())
        return std::unexpected("no policy " + std::string(digest) + " is kept in " + directory_of(audit_directory).string());
    if (found.size() > 1)
        return std::unexpected(std::string(digest) + " is the beginning of several policies; give more digits");
    auto text = keys::read_file(found.front());
    if (sha256_hex(text) != found.front().filename().string())
        return std::unexpected(found.front().string() + " was changed: it is not what its name says");
    return text;
}

policy::policy_texts kept_policies(const fs::path& audit_directory) {
    return [audit_directory](const std::string& digest) -> std::optional<std::string> {
        auto text = kept_policy(audit_directory, digest);
        return text ? std::optional(*std::move(text)) : std::nullopt;
    };
}

} // namespace sealgate::milter
