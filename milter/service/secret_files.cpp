#include "milter/service/secret_files.hpp"

#include "keys/base/files.hpp"
#include "milter/agreement/item.hpp"
#include "milter/audit/address_key.hpp"
#include "milter/audit/reader.hpp"
#include "milter/base/exception_text.hpp"
#include "milter/threads/file.hpp"
#include "policy/audit/event.hpp"
#include "policy/crypto/ed25519.hpp"

#include <filesystem>
#include <optional>
#include <sys/stat.h>
#include <system_error>

namespace sealgate::milter {

namespace {

bool is_exposed(const std::string& file) {
    struct stat status = {};
    return ::stat(file.c_str(), &status) == 0 && (status.st_mode & (S_IRWXG | S_IRWXO)) != 0;
}

// Why something can't be used; nothing where it can, or where this user may not look.
std::optional<std::string> problem_with(auto use) {
    try {
        return use();
    } catch (const std::system_error& problem) {
        if (problem.code() == std::errc::permission_denied) return std::nullopt;
        return text_of(problem);
    } catch (const std::exception& problem) {
        return text_of(problem);
    }
}

std::optional<std::string> problem_with_signing_key(const std::string& file) {
    if (ed25519_key::from_pem(keys::read_file(file, keys::largest_key_file))) return std::nullopt;
    return file + " is no Ed25519 private key, and the gateway would not start with it";
}

std::optional<std::string> problem_with_address_key(const config& gateway) {
    const auto& file = gateway.audit.address_key;
    // Empty: in clear, or there was no start.
    const auto before = find_last(gateway.audit_directory(), policy::address_key_named_in).value_or("");
    if (!std::filesystem::exists(file)) {
        if (before.empty()) return std::nullopt;
        return file + " is missing, and the log was written with it until now: put it back; the next start would make another "
                      "one, under which nobody is found who wrote before";
    }
    const auto at_hand = load_pseudonyms(gateway.audit, if_missing::fail).key_id();
    if (before.empty() || before == at_hand) return std::nullopt;
    return file + " is another key than the log was written with until now: who wrote before is not found under it";
}

} // namespace

std::vector<std::string> unusable_secrets(const config& gateway) {
    std::vector<std::string> out;
    const auto add = [&](const std::optional<std::string>& problem) {
        if (problem) out.push_back(*problem);
    };
    if (std::filesystem::exists(gateway.checkpoint_key()))
        add(problem_with([&] { return problem_with_signing_key(gateway.checkpoint_key()); }));
    if (gateway.audit.addresses != policy::address_form::clear)
        add(problem_with([&] { return problem_with_address_key(gateway); }));
    if (!gateway.fleet_key.empty())
        add(problem_with([&]() -> std::optional<std::string> {
            if (auto key = read_fleet_key(gateway.fleet_key); !key) return std::move(key.error());
            return std::nullopt;
        }));
    return out;
}

std::vector<std::string> exposed_secret_files(const config& gateway) {
    std::vector<std::string> out;
    const auto threads = thread_key_file(gateway.threads_directory()).string();
    for (const auto& file : {gateway.checkpoint_key(), gateway.audit.address_key, threads, gateway.fleet_key})
        if (!file.empty() && is_exposed(file)) out.push_back(file);
    return out;
}

std::vector<std::string> exposed_secrets(const config& gateway) {
    auto out = exposed_secret_files(gateway);
    for (auto& file : out)
        file += " is a secret key, and others than its owner may read it: it must be the gateway's own user's, with mode 0600";
    return out;
}

} // namespace sealgate::milter
