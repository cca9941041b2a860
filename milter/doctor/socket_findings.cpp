#include "milter/doctor/socket_findings.hpp"

#include "milter/installation/reach.hpp"
#include "milter/postfix/plan.hpp"
#include "policy/base/text.hpp"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <set>
#include <tuple>

namespace sealgate::milter {

namespace {

namespace fs = std::filesystem;
using enum finding_kind;

// The gateway, at an endpoint as it is spelled, as daemons of one kind see it.
struct approach {
    std::string endpoint, service;
    bool is_chrooted = false;

    auto operator<=>(const approach& other) const {
        return std::tie(endpoint, is_chrooted) <=> std::tie(other.endpoint, other.is_chrooted);
    }
};

std::set<approach> approaches(const examined& of) {
    std::set<approach> out;
    const auto add = [&](const postfix_service& service, std::string_view list) {
        for (const auto& one : parse_milters(of.postfix.value(service, list)))
            if (of.roles.is_gateway(one))
                out.insert({.endpoint = one.endpoint, .service = service.key(), .is_chrooted = service.is_chrooted});
    };
    for (const auto& one : of.postfix.services) {
        if (one.is_smtpd()) add(one, "smtpd_milters");
        if (one.program == "cleanup") add(one, "non_smtpd_milters");
    }
    return out;
}

// Where the gateway makes it.
std::string made_socket(const examined& of) {
    for (const auto& one : of.gateway.listen)
        if (const auto* local = std::get_if<unix_endpoint>(&one)) return local->path;
    return {};
}

std::string open_up(const examined& of, const std::string& socket) {
    const auto directory = shell_quoted(fs::path(socket).parent_path().string());
    return "chown " + of.gateway_user.name + ":" + of.daemon.name + " " + directory + " && chmod 0710 " + directory +
           " && chmod 0666 " + shell_quoted(socket);
}

doctor_finding as_finding(const examined& of, const approach& how, int problem) {
    const auto who = how.service + (how.is_chrooted ? " (chrooted)" : "");
    doctor_finding out{.kind = gateway_not_answering,
                       .what = {},
                       .where = text::printable(how.endpoint, 200),
                       .mend = "systemctl start sealgate"};
    const auto socket = made_socket(of);
    if (problem == EACCES) {
        out.kind = socket_forbidden;
        out.what = who + " may not connect to the gateway's socket: all mail is deferred";
        out.mend = open_up(of, socket);
    } else if (problem == ENOENT && !socket.empty() && fs::exists(socket)) {
        out.kind = socket_not_found;
        out.what = who + " does not find the gateway's socket, which is " + socket + ": all mail is deferred";
        const auto spelled = endpoint_for(unix_endpoint{socket}, of.postfix.value("queue_directory"));
        out.mend = spelled ? of.set(postfix_edit::place::parameter, std::string(gateway_parameter), gateway_entry(*spelled))
                           : of.setup_command;
    } else {
        out.what = "the gateway does not answer " + who + " (" + std::strerror(problem) + "): all mail is deferred";
    }
    return out;
}

} // namespace

findings socket_findings(const examined& of) {
    findings out;
    for (const auto& one : approaches(of))
        if (const int problem = try_to_reach(one.endpoint, of.daemon, of.postfix.value("queue_directory"), one.is_chrooted);
            problem != 0)
            out.push_back(as_finding(of, one, problem));
    return out;
}

} // namespace sealgate::milter
