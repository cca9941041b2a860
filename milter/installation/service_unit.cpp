#include "milter/installation/service_unit.hpp"

#include "milter/postfix/configuration.hpp"
#include "milter/postfix/program.hpp"
#include "policy/base/text.hpp"

#include <algorithm>
#include <filesystem>

namespace sealgate::milter {

namespace {

std::expected<std::string, std::string> systemctl(const std::vector<std::string>& arguments) {
    const auto ran = run_program("/usr/bin/systemctl", arguments);
    if (!ran) return std::unexpected(ran.error());
    if (ran->status == 0) return ran->output;
    auto said = std::string_view(ran->errors);
    return std::unexpected("systemctl: " + text::printable(text::take_line(said)));
}

} // namespace

bool has_service_unit() {
    return std::filesystem::exists("/run/systemd/system") && systemctl({"cat", "sealgate.service"}).has_value();
}

std::expected<void, std::string> start_service_unit(bool with_new_files) {
    const bool ran_before = systemctl({"is-active", "sealgate.service"}).has_value();
    if (auto done = systemctl({"enable", "--now", "sealgate.service"}); !done) return std::unexpected(done.error());
    if (ran_before && with_new_files)
        if (auto done = systemctl({"restart", "sealgate.service"}); !done) return std::unexpected(done.error());
    return {};
}

std::string unit_property(const std::string& name) {
    if (!has_service_unit()) return {};
    const auto shown = systemctl({"show", "--value", "-p", name, "sealgate.service"});
    return shown ? std::string(text::trim(*shown)) : std::string();
}

std::vector<std::string> directories_of_unit() {
    std::vector<std::string> out;
    for (const auto& below : split_list(unit_property("StateDirectory"))) out.push_back("/var/lib/" + below);
    for (const auto& below : split_list(unit_property("RuntimeDirectory"))) out.push_back("/run/" + below);
    return out;
}

bool lies_in(const std::string& path, const std::vector<std::string>& directories) {
    return std::ranges::any_of(directories, [&](const auto& one) { return path == one || path.starts_with(one + "/"); });
}

} // namespace sealgate::milter
