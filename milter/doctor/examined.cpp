#include "milter/doctor/examined.hpp"

#include "milter/base/named_files.hpp"
#include "milter/installation/shown_command.hpp"

#include <filesystem>
#include <utility>

namespace sealgate::milter {

using place = postfix_edit::place;

bool examined::is_behind_gateway(const postfix_service& door) const {
    const auto filter = door.own.find("content_filter");
    return door.port() == gateway.submit.port || (door.is_on_loopback() && filter != door.own.end() && filter->second.empty());
}

std::string examined::set(place where, std::string key, std::optional<std::string> after) const {
    return postconf_command({.where = where, .key = std::move(key), .before = {}, .after = std::move(after)}, option);
}

std::string examined::take_out(const postfix_service& of, std::string_view name) const {
    if (of.own.contains(name)) return set(place::own, of.key() + "/" + std::string(name), std::nullopt);
    return set(place::parameter, std::string(name), std::nullopt);
}

std::string examined::place_of(const postfix_service& of, std::string_view name) {
    return of.own.contains(name) ? of.key() + " in master.cf" : std::string(name) + " in main.cf";
}

std::optional<examined> look_at_installation(const invocation& called, findings& found) {
    const postconf postfix(called.value(postfix_option.name));
    auto read = postfix.read();
    if (!read) return complain("Postfix's configuration cannot be read: " + read.error()), std::nullopt;
    examined out{.config_path = called.config_path, .option = postfix.option()};
    out.postfix = *std::move(read);
    out.setup_command = shown_command(called, "setup --apply --yes");
    auto live = load_snapshot(called.config_path);
    if (live) {
        out.live = *std::move(live);
        out.gateway = out.live->gateway;
    } else {
        for (const auto& error : live.error())
            found.push_back({.kind = finding_kind::configuration_error,
                             .what = error,
                             .where = called.config_path,
                             .mend = shown_command(called.config_path, "check")});
        out.gateway = load_config(called.config_path, read_file).gateway;
    }
    out.roles = milter_roles(out.gateway.listen, out.postfix.value("queue_directory"));
    out.daemon = account_named(out.postfix.value("mail_owner")).value_or(current_account());
    auto owner = out.gateway.state.empty() ? std::nullopt : owner_of(out.gateway.state);
    if (!owner) owner = account_named("sealgate");
    out.gateway_user = owner.value_or(current_account());
    return out;
}

} // namespace sealgate::milter
