#include "milter/installation/start_problems.hpp"

#include "milter/control/client.hpp"
#include "milter/installation/account.hpp"
#include "milter/installation/service_unit.hpp"
#include "milter/postfix/edits.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <optional>
#include <ranges>
#include <sys/socket.h>
#include <unistd.h>
#include <variant>

namespace sealgate::milter {

namespace {

namespace fs = std::filesystem;

fs::path nearest_that_is_there(fs::path path) {
    std::error_code unseen;
    while (!fs::exists(path, unseen) && path.has_relative_path()) path = path.parent_path();
    return path;
}

// The error number of why they cannot make files there; 0: they can.
int why_not_writable(const account& who, const fs::path& directory) {
    std::error_code unseen;
    if (const int problem = access_as(who, directory, W_OK | X_OK); problem != 0) return problem;
    return fs::is_directory(directory, unseen) ? 0 : ENOTDIR;
}

// What root can do about it; empty: nothing that is one command.
std::string advice(const account& who, const fs::path& directory, int problem) {
    std::error_code unseen;
    const auto quoted = shell_quoted(directory.string());
    if (!fs::exists(directory, unseen)) return "; as root: install -d -o " + shell_quoted(who.name) + " -m 0710 " + quoted;
    if (problem != EACCES) return {};
    return "; as root: chown " + shell_quoted(who.name) + " " + quoted + " && chmod u+rwx " + quoted;
}

class start_check {
public:
    start_check(const config& gateway, account who)
        : gateway_(gateway)
        , who_(std::move(who)) {}

    std::vector<std::string> run() {
        look_at_state();
        look_at_checkpoints();
        const auto taken = endpoints_of_running();
        for (const auto& one : gateway_.listen) look_at(one, std::ranges::find(taken, to_string(one)) != taken.end());
        if (gateway_.metrics) look_at(*gateway_.metrics, !taken.empty());
        return std::move(problems_);
    }

private:
    // At each start: it may not be there yet, or be root's.
    bool is_made_by_unit(const fs::path& directory) {
        if (!unit_) unit_ = made_by_unit{.directories = directories_of_unit(), .commands = unit_property("ExecStartPre")};
        return lies_in(directory.string(), unit_->directories) || unit_->commands.contains(" " + directory.string() + " ");
    }

    // What is below is looked at where state is as it should be: else that says all of it.
    void look_at_state() {
        const auto all = gateway_.directories_written();
        std::error_code unseen;
        if (!look_at_directory(fs::absolute(all.front())) || !fs::exists(all.front(), unseen)) return;
        for (const auto& below : all | std::views::drop(1)) look_at_directory(fs::absolute(below));
    }

    // False after a problem.
    bool look_at_directory(const fs::path& directory) {
        const auto there = nearest_that_is_there(directory);
        const int problem = why_not_writable(who_, there);
        if (problem == 0 || (there != directory && is_made_by_unit(directory))) return true;
        problems_.push_back(directory.string() + ": " + who_.name + " may not write in " + there.string() + " (" +
                            std::strerror(problem) + ")" + advice(who_, directory, problem));
        return false;
    }

    // The file is enough, where it is there.
    void look_at_checkpoints() {
        const auto file = fs::absolute(gateway_.audit.checkpoints);
        std::error_code unseen;
        if (file.string().starts_with(fs::absolute(gateway_.state).string() + "/")) return;
        const bool is_there = fs::exists(file, unseen);
        const int problem = is_there ? access_as(who_, file, R_OK | W_OK) : why_not_writable(who_, file.parent_path());
        if (problem != 0)
            problems_.push_back(file.string() + ": " + who_.name +
                                " may not write checkpoints there: " + std::strerror(problem));
    }

    // None where no gateway answers.
    std::vector<std::string> endpoints_of_running() const {
        std::vector<std::string> out;
        const auto status = ask_gateway(gateway_.control_socket(), "status", std::chrono::seconds(5));
        const auto* listen = status ? status->if_contains("listen") : nullptr;
        if (listen == nullptr || !listen->is_array()) return out;
        for (const auto& one : listen->get_array())
            if (one.is_string()) out.emplace_back(one.get_string());
        return out;
    }

    void look_at(const endpoint& where, bool is_ours) {
        if (const auto* local = std::get_if<unix_endpoint>(&where))
            look_at_socket(*local);
        else if (!is_ours)
            look_at_port(std::get<inet_endpoint>(where));
    }

    void look_at_socket(const unix_endpoint& where) {
        const auto directory = fs::absolute(where.path).parent_path();
        std::error_code unseen;
        const bool is_there = fs::exists(directory, unseen);
        const int problem = is_there ? why_not_writable(who_, directory) : ENOENT;
        if (problem == 0 || is_made_by_unit(directory)) return;
        const auto what = "unix:" + where.path + ": ";
        if (is_there)
            problems_.push_back(what + who_.name + " may not make a socket in " + directory.string() + " (" +
                                std::strerror(problem) + ")" + advice(who_, directory, problem));
        else
            problems_.push_back(what + "its directory is not there; as root: install -d -o sealgate -g postfix -m 0710 " +
                                shell_quoted(directory.string()));
    }

    void look_at_port(const inet_endpoint& where) {
        const boost::asio::ip::tcp::endpoint to(boost::asio::ip::make_address(where.address), where.port);
        const int problem = try_as(who_, "/", false, [&] {
            const int trial = ::socket(to.protocol().family(), SOCK_STREAM | SOCK_CLOEXEC, 0);
            const int yes = 1;
            if (trial < 0) return errno;
            ::setsockopt(trial, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
            const int refused = ::bind(trial, to.data(), static_cast<socklen_t>(to.size())) == 0 ? 0 : errno;
            ::close(trial);
            return refused;
        });
        if (problem == 0) return;
        const auto* what_to_do = problem == EADDRINUSE      ? "; another program listens there: ss -ltnp"
                                 : problem == EACCES        ? "; ports below 1024 are root's: take another one"
                                 : problem == EADDRNOTAVAIL ? "; write an address that this machine has: ip address"
                                                            : "";
        problems_.push_back(to_string(endpoint(where)) + ": " + std::strerror(problem) + what_to_do);
    }

    struct made_by_unit {
        std::vector<std::string> directories;
        std::string commands;
    };

    const config& gateway_;
    account who_;
    std::optional<made_by_unit> unit_; // systemd is asked once, and where it matters
    std::vector<std::string> problems_;
};

} // namespace

std::vector<std::string> start_problems(const config& gateway) {
    const auto asking = current_account();
    auto who = owner_of(gateway.state).value_or(asking);
    if (asking.user != 0 && asking.user != who.user) return {}; // an auditor, say, who is not to start it
    return start_check(gateway, std::move(who)).run();
}

} // namespace sealgate::milter
