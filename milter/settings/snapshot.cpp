#include "milter/settings/snapshot.hpp"

#include "milter/base/named_files.hpp"

namespace sealgate::milter {

namespace {

void append_lines(std::vector<std::string>& lines, const std::vector<yaml::diagnostic>& problems) {
    for (const auto& problem : problems) lines.push_back(problem.to_string());
}

} // namespace

keys::keyring_places key_places(const config& gateway) {
    return {.own = gateway.keys_directory(),
            .found = gateway.found_keys_directory(),
            .trust = gateway.trust_directory(),
            .wishes = gateway.fleet_key.empty() ? std::filesystem::path{}
                                                : std::filesystem::path(gateway.sinks_directory()) / "wishes"};
}

std::vector<std::string> unusable_organisation_keys(const snapshot& live, keys::time_point now) {
    std::vector<std::string> out;
    for (const auto& entry : live.rules.encryption.always_to) {
        const auto state = live.certificates->own().find_entry(entry, now).state;
        if (state != policy::key_state::usable)
            out.push_back(live.gateway.policy_path + ": encryption.always_to: the key of " + entry + " is " +
                          std::string(name_of(state)) +
                          ", so mail that has to be encrypted waits; import a usable one with sealgate keys import");
    }
    return out;
}

std::expected<std::shared_ptr<const snapshot>, std::vector<std::string>>
load_snapshot(const std::string& config_path, const snapshot* before, keys::reading what) {
    std::vector<std::string> errors;
    auto [gateway, problems] = load_config(config_path, read_file);
    append_lines(errors, problems);
    if (gateway.policy_path.empty()) return std::unexpected(std::move(errors));
    auto rules = policy::load_policy(gateway.policy_path, read_file, list_directory);
    if (!rules) append_lines(errors, rules.error());
    if (!errors.empty()) return std::unexpected(std::move(errors));

    auto keys =
        keys::open_keyring(key_places(gateway), {}, rules->encryption, what, before ? before->certificates.get() : nullptr);
    return make_snapshot(std::move(gateway), *std::move(rules), std::move(keys));
}

std::shared_ptr<const snapshot> make_snapshot(config gateway, policy::policy rules, keys::opened_keyring keys) {
    return std::make_shared<snapshot>(std::move(gateway), std::move(rules), std::move(keys.certificates),
                                      std::move(keys.problems));
}

} // namespace sealgate::milter
