#include "milter/installation/start_problems.hpp"

#include "milter/installation/account.hpp"
#include "milter/installation/service_unit.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <optional>
#include <unistd.h>
#include <variant>

namespace sealgate::milter {

namespace {

namespace asio = boost::asio;
namespace fs = std::filesystem;

// Null: they may make files there.
const char* why_not_writable(const account& who, const fs::path& directory) {
    if (const int problem = access_as(who, directory, W_OK | X_OK); problem != 0) return std::strerror(problem);
    std::error_code unseen;
    return fs::is_directory(directory, unseen) ? nullptr : std::strerror(ENOTDIR);
}

fs::path nearest_that_is_there(fs::path path) {
    std::error_code unseen;
    while (!fs::exists(path, unseen) && path.has_relative_path()) path = path.parent_path();
    return path;
}

// The gateway makes it at its first start, and all that is missing above it.
std::optional<std::string> problem_of_state(const account& who, const std::string& directory) {
    const auto whole = fs::absolute(directory);
    const auto there = nearest_that_is_there(whole);
    const auto* why = why_not_writable(who, there);
    if (why == nullptr) return std::nullopt;
    return whole.string() + ": " + who.name + " may not write in " + there.string() + " (" + why +
           "); as root: install -d -o " + who.name + " -m 0710 " + whole.string();
}

std::optional<std::string> problem_at(const account& who, const unix_endpoint& where) {
    const auto directory = fs::absolute(where.path).parent_path();
    std::error_code unseen;
    if (!fs::exists(directory, unseen)) {
        if (unit_property("ExecStartPre").contains(" " + directory.string() + " ")) return std::nullopt; // made at each start
        return "unix:" + where.path + ": its directory is not there; as root: install -d -o sealgate -g postfix -m 0710 " +
               directory.string();
    }
    const auto* why = why_not_writable(who, directory);
    if (why == nullptr) return std::nullopt;
    return "unix:" + where.path + ": " + who.name + " may not make a socket in " + directory.string() + ": " + why;
}

bool is_running(const config& gateway) {
    asio::io_context io;
    asio::local::stream_protocol::socket to(io);
    boost::system::error_code refused;
    to.connect(asio::local::stream_protocol::endpoint(gateway.control_socket()), refused);
    return !refused;
}

std::optional<std::string> problem_at(const inet_endpoint& where, const config& gateway) {
    asio::io_context io;
    boost::system::error_code problem;
    const asio::ip::tcp::endpoint to(asio::ip::make_address(where.address), where.port);
    asio::ip::tcp::acceptor trial(io, to.protocol());
    trial.set_option(asio::socket_base::reuse_address(true));
    trial.bind(to, problem);
    if (!problem || (problem == asio::error::address_in_use && is_running(gateway))) return std::nullopt;
    const auto* advice = problem == asio::error::address_in_use  ? "; another program listens there: ss -ltnp"
                         : problem == asio::error::access_denied ? "; ports below 1024 are root's: take another one"
                                                                 : "; write an address that this machine has: ip address";
    return to_string(endpoint(where)) + ": " + problem.message() + advice;
}

} // namespace

std::vector<std::string> start_problems(const config& gateway) {
    const auto asking = current_account();
    const auto who = owner_of(gateway.state).value_or(asking);
    if (asking.user != 0 && asking.user != who.user) return {}; // an auditor, say, who is not to start it
    std::vector<std::string> out;
    const auto add = [&](std::optional<std::string> problem) {
        if (problem) out.push_back(*std::move(problem));
    };
    for (const auto& directory :
         {gateway.state, gateway.audit_directory(), gateway.keys_directory(), gateway.outbox_directory(),
          gateway.notices_directory(), gateway.threads_directory(), gateway.events_directory(), gateway.held_directory(),
          gateway.watch_directory(), fs::path(gateway.audit.checkpoints).parent_path().string()}) {
        auto problem = problem_of_state(who, directory);
        const bool is_told = problem && !out.empty() && directory.starts_with(gateway.state + "/");
        if (!is_told) add(std::move(problem));
    }
    auto listening = gateway.listen;
    if (gateway.metrics) listening.push_back(*gateway.metrics);
    for (const auto& one : listening) {
        const auto* local = std::get_if<unix_endpoint>(&one);
        add(local != nullptr ? problem_at(who, *local) : problem_at(std::get<inet_endpoint>(one), gateway));
    }
    return out;
}

} // namespace sealgate::milter
