#include "milter/installation/setup.hpp"

#include "keys/base/files.hpp"
#include "milter/base/named_files.hpp"
#include "milter/cli/configured.hpp"
#include "milter/cli/json_line.hpp"
#include "milter/installation/answers.hpp"
#include "milter/installation/builtin_templates.hpp"
#include "milter/installation/own_file.hpp"
#include "milter/installation/reach.hpp"
#include "milter/installation/service_unit.hpp"
#include "milter/installation/shown_command.hpp"
#include "milter/postfix/configuration_files.hpp"
#include "milter/postfix/plan.hpp"
#include "policy/base/text.hpp"
#include "policy/load/policy.hpp"

#include <boost/json.hpp>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <iostream>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

namespace sealgate::milter {

namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

constexpr std::uint64_t largest_message = std::uint64_t{128} << 20; // a quarter of limits.memory
constexpr std::uint64_t usual_message = std::uint64_t{50} << 20;
constexpr std::uint16_t first_submit_port = 10025, last_submit_port = 10065;
constexpr std::string_view installed_lists = "/usr/share/sealgate"; // from where the policy reads lists that are not beside it

struct written_file {
    std::string file;
    own_file_state state;
};

// One that runs already, as its files say; nothing where there are none.
struct present_gateway {
    std::optional<config> gateway;
    known_answers answers;
};

std::string policy_beside(const std::string& config_path) {
    return fs::path(config_path).replace_filename("policy.yaml").string();
}

// Nothing after a complaint.
std::optional<present_gateway> look_at_files(const invocation& called) {
    present_gateway out;
    auto policy_path = policy_beside(called.config_path);
    if (fs::exists(called.config_path)) {
        out.gateway = configured(called);
        if (!out.gateway) return std::nullopt;
        out.answers.mode = out.gateway->mode;
        policy_path = out.gateway->policy_path;
    }
    if (!fs::exists(policy_path)) return out;
    const auto rules = policy::load_policy(policy_path, read_file, list_directory);
    if (!rules) return complain(policy_path + " has errors; see " + shown_command(called.config_path, "check")), std::nullopt;
    const auto& tiers = rules->tiers;
    out.answers.domains = tiers.first_domains(tiers.organisation(), tiers.domains_in(tiers.organisation()));
    out.answers.from = rules->notices.from.spelled;
    return out;
}

// A port of loopback that no service of master.cf has.
inet_endpoint free_submit_port(const postfix_configuration& postfix) {
    inet_endpoint out{.address = "127.0.0.1", .port = first_submit_port};
    while (out.port < last_submit_port && postfix.at_port(out.port) != nullptr) ++out.port;
    return out;
}

// Where a released mail is handed in: a door that asks the gateway.
inet_endpoint door_of(const postfix_configuration& postfix) {
    inet_endpoint out{.address = "127.0.0.1", .port = 25};
    // postscreen(8) may stand there, and lets this machine through.
    if (std::ranges::any_of(postfix.services, [&](const auto& one) { return one.port() == out.port; })) return out;
    for (const auto& one : postfix.services)
        if (one.is_smtpd() && one.port() && !is_closed_to_milters(postfix, one))
            return {.address = "127.0.0.1", .port = *one.port()};
    return out;
}

setup_facts facts_for(const invocation& called, const postfix_configuration& postfix, const std::optional<config>& before) {
    const bool is_usual = fs::path(called.config_path).parent_path() == "/etc/sealgate";
    setup_facts out{.socket = postfix.value("queue_directory") + "/sealgate/milter.sock",
                    .state = is_usual ? "/var/lib/sealgate" : "state",
                    .submit = free_submit_port(postfix),
                    .held_submit = door_of(postfix),
                    .networks = {"127.0.0.0/8", "::1/128"},
                    .message_size = usual_message};
    if (const auto most = postfix.number("message_size_limit"); most && *most != 0)
        out.message_size = std::min(*most, largest_message);
    for (const auto& one : postfix.networks())
        if (parse_network(one) && std::ranges::find(out.networks, one) == out.networks.end()) out.networks.push_back(one);
    if (!before) return out;
    if (const auto* local = std::get_if<unix_endpoint>(&before->listen.front())) out.socket = local->path;
    out.submit = before->submit;
    out.held_submit = before->held.submit;
    out.message_size = before->limits.message_size;
    return out;
}

// The directory of the socket: only Postfix's group may pass through it.
void make_socket_directory(const std::string& socket) {
    const auto directory = fs::path(socket).parent_path();
    const auto gateway = account_named("sealgate"), postfix = account_named("postfix");
    if (fs::exists(directory) || ::geteuid() != 0 || !postfix) return;
    keys::make_private_directory(directory, 0710);
    if (::chown(directory.c_str(), gateway ? gateway->user : ::geteuid(), postfix->group) != 0 ||
        ::chmod(directory.c_str(), 0710) != 0)
        throw std::system_error(errno, std::generic_category(), "cannot give " + directory.string() + " to Postfix's group");
}

bool may_replace(const invocation& called, const std::string& file) {
    return may_be_asked(called) && is_confirmed(file + " is not as setup wrote it. Write it anew, and keep a copy?");
}

std::vector<written_file> write_files(const invocation& called, const setup_answers& answers, const setup_facts& facts,
                                      const present_gateway& before) {
    std::vector<written_file> out;
    const auto write = [&](const std::string& file, std::string_view content) {
        out.push_back({.file = file, .state = write_own_file(file, content, [&] { return may_replace(called, file); })});
    };
    const auto directory = fs::path(called.config_path).parent_path();
    if (!directory.empty()) keys::make_private_directory(directory, 0755);
    write(called.config_path, first_gateway_file(answers, facts));
    const auto policy_path = before.gateway ? before.gateway->policy_path : policy_beside(called.config_path);
    const bool is_answered = called.has("--domain") || called.has("--from");
    if (fs::exists(policy_path) && !is_answered)
        out.push_back({.file = policy_path, .state = own_file_state::kept});
    else
        write(policy_path, first_policy_file(answers));
    for (const auto& list : builtin_templates()) {
        const auto file = fs::path(policy_path).replace_filename(list.name);
        if (list.name.ends_with(".txt") && !fs::exists(file) && !fs::exists(fs::path(installed_lists) / list.name)) {
            keys::replace_file(file, list.content, 0644);
            out.push_back({.file = file.string(), .state = own_file_state::written});
        }
    }
    return out;
}

json::object as_json(const postfix_edit& edit, std::string_view option) {
    const auto or_null = [](const std::optional<std::string>& what) {
        return what ? json::value(*what) : json::value(nullptr);
    };
    return {{"file", edit.is_in_main() ? "main.cf" : "master.cf"},
            {"key", edit.key},
            {"before", or_null(edit.before)},
            {"after", or_null(edit.after)},
            {"command", postconf_command(edit, option)}};
}

void print_edits(const std::vector<postfix_edit>& edits, const std::string& directory) {
    for (const bool of_main : {true, false}) {
        bool is_begun = false;
        for (const auto& one : edits) {
            if (one.is_in_main() != of_main) continue;
            if (!std::exchange(is_begun, true)) std::cout << '\n' << directory << (of_main ? "/main.cf\n" : "/master.cf\n");
            std::cout << "  " << (one.after ? shown_line(one) : "without " + one.key) << '\n';
        }
    }
}

struct result {
    std::vector<written_file> files;
    postfix_plan plan;
    bool is_applied = false;
    std::string conclusion;
};

void print(const result& what, const invocation& called, const postconf& postfix, const std::string& directory) {
    if (called.json()) {
        json::array files, edits;
        for (const auto& one : what.files)
            files.push_back(json::object{{"file", one.file}, {"state", policy::name_of(one.state)}});
        for (const auto& one : what.plan.edits) edits.push_back(as_json(one, postfix.option()));
        return print_json_line(json::object{{"files", std::move(files)},
                                            {"edits", std::move(edits)},
                                            {"remarks", json::array(what.plan.remarks.begin(), what.plan.remarks.end())},
                                            {"applied", what.is_applied}});
    }
    for (const auto& one : what.files) std::cout << one.file << ": " << policy::name_of(one.state) << '\n';
    print_edits(what.plan.edits, directory);
    for (const auto& one : what.plan.remarks) complain("remark: " + one);
    std::cout << (what.files.empty() && what.plan.edits.empty() ? "" : "\n") << what.conclusion << '\n';
}

// Mail is deferred from the moment at which Postfix asks a gateway that is not there.
bool is_answering(const invocation& called, const postfix_configuration& postfix, const installation_wish& wish) {
    const auto where = reachable_endpoint(postfix, wish.listen);
    const auto daemon = account_named(postfix.value("mail_owner"));
    if (!where || !daemon) return false;
    constexpr int most_looks = 50;
    int problem = 0;
    for (int i = 0; i < most_looks; ++i) {
        problem = try_to_reach(*where, *daemon, postfix.value("queue_directory"), false);
        if (problem == 0) return true;
        if (!has_service_unit()) break;
        std::this_thread::sleep_for(std::chrono::milliseconds(200));
    }
    complain("the gateway does not answer at " + *where + " (" + std::strerror(problem) +
             "), so Postfix is left as it is: its mail would wait. Start the gateway, then: " +
             shown_command(called, "setup --apply"));
    return false;
}

bool reload_if_running(const postconf& postfix) {
    if (!postfix.is_running()) return true;
    const auto done = postfix.reload();
    if (!done) complain(done.error());
    return done.has_value();
}

int undo(const invocation& called, const postconf& postfix, const postfix_configuration& now) {
    postfix_changer changer(postfix, now.directory);
    const auto done = changer.record();
    if (!done) return complain(done.error()), exit_unusable;
    result out{.files = {}, .plan = plan_removal(now, *done), .is_applied = true, .conclusion = {}};
    if (out.plan.edits.empty() && !*done) {
        out.conclusion = "Postfix has nothing of setup's; nothing is changed.";
        return print(out, called, postfix, now.directory), exit_yes;
    }
    if (const auto undone = changer.undo(out.plan.edits); !undone) return complain(undone.error()), exit_no;
    const bool is_reloaded = reload_if_running(postfix);
    out.conclusion = "Taken out of Postfix: mail goes round the gateway now. sealgate.yaml and policy.yaml stay.";
    return print(out, called, postfix, now.directory), is_reloaded ? exit_yes : exit_no;
}

// Starts the gateway where systemd does that, and then has Postfix ask it.
bool apply(const invocation& called, result& out, const postconf& postfix, const postfix_configuration& now,
           const installation_wish& wish) {
    const bool has_new_files =
        std::ranges::any_of(out.files, [](const auto& one) { return one.state == own_file_state::written; });
    if (has_service_unit())
        if (const auto started = start_service_unit(has_new_files); !started) return complain(started.error()), false;
    if (!is_answering(called, now, wish)) return false;
    postfix_changer changer(postfix, now.directory);
    if (out.plan.edits.empty()) {
        out.conclusion = "Postfix has all of it already; nothing is changed.";
        return out.is_applied = true;
    }
    if (const auto done = changer.apply(out.plan.edits); !done) return complain(done.error() + "; Postfix is as it was"), false;
    out.is_applied = true;
    out.conclusion = "Set and checked; the files as they were: " + changer.backup_of("main.cf").string() + ", " +
                     changer.backup_of("master.cf").string() + ". Next: " + shown_command(called, "doctor");
    return reload_if_running(postfix);
}

} // namespace

int cmd_setup(const invocation& called) {
    const postconf postfix(called.value(postfix_option.name));
    const bool changes_postfix = called.has("--apply") || called.has("--undo");
    if (called.has("--apply") && called.has("--undo")) return complain("--apply or --undo, not both"), exit_unusable;
    if (changes_postfix && ::geteuid() != 0)
        return complain("must be run as root to change Postfix's configuration"), exit_unusable;
    const auto now = postfix.read();
    if (!now) return complain("Postfix's configuration cannot be read: " + now.error()), exit_unusable;
    if (called.has("--undo")) return undo(called, postfix, *now);
    const auto before = look_at_files(called);
    if (!before) return exit_no;
    const auto answers = collect_answers(called, *now, before->answers);
    if (!answers) return exit_unusable;
    const auto facts = facts_for(called, *now, before->gateway);
    result out{.files = write_files(called, *answers, facts, *before), .plan = {}, .is_applied = false, .conclusion = {}};
    const auto gateway = configured(called);
    if (!gateway) return exit_no;
    if (const auto* local = std::get_if<unix_endpoint>(&gateway->listen.front())) make_socket_directory(local->path);
    const installation_wish wish{
        .listen = gateway->listen, .submit = gateway->submit, .largest_message = gateway->limits.largest_message()};
    auto plan = plan_installation(*now, wish);
    if (!plan) return complain(plan.error()), exit_no;
    out.plan = *std::move(plan);
    out.conclusion = out.plan.edits.empty() ? "Postfix has all of it already; nothing is changed."
                                            : "Postfix is as it was. " + shown_command(called, "setup --apply") +
                                                  " sets these lines; --undo takes them out again.";
    const bool is_well = !called.has("--apply") || apply(called, out, postfix, *now, wish);
    if (is_well || called.json()) print(out, called, postfix, now->directory);
    return is_well ? exit_yes : exit_no;
}

} // namespace sealgate::milter
