#include "milter/postfix/postconf.hpp"

#include "milter/postfix/program.hpp"
#include "policy/base/text.hpp"

#include <filesystem>

namespace sealgate::milter {

std::expected<postfix_configuration, std::string> postconf::read() const {
    const auto print = [&](std::vector<std::string> arguments) {
        return run_of_postfix("postconf", configuration_, std::move(arguments));
    };
    const auto set = print({"-n"});
    if (!set) return std::unexpected(set.error());
    const auto in_force = print({"-x"});
    if (!in_force) return std::unexpected(in_force.error());
    const auto lines = print({"-M"});
    if (!lines) return std::unexpected(lines.error());
    const auto own = print({"-P"}), own_in_force = print({"-xP"});
    if (!own || !own_in_force) return std::unexpected(own ? own_in_force.error() : own.error());
    auto services = parse_services(*lines, *own, *own_in_force);
    if (!services) return std::unexpected(services.error());
    postfix_configuration out{.directory = {},
                              .set = parse_parameters(*set),
                              .in_force = parse_parameters(*in_force),
                              .services = *std::move(services)};
    out.directory = std::filesystem::absolute(out.value("config_directory")).lexically_normal().string();
    return out;
}

std::expected<void, std::string> postconf::run(const char* tool, std::vector<std::string> arguments) const {
    if (auto done = run_of_postfix(tool, configuration_, std::move(arguments)); !done)
        return std::unexpected(std::move(done.error()));
    return {};
}

std::expected<void, std::string> postconf::make(const postfix_edit& edit) const {
    return run("postconf", postconf_arguments(edit));
}

std::expected<void, std::string> postconf::check() const { return run("postfix", {"check"}); }

bool postconf::is_running() const { return run("postfix", {"status"}).has_value(); }

std::expected<void, std::string> postconf::reload() const { return run("postfix", {"reload"}); }

} // namespace sealgate::milter
