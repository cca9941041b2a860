#include "milter/audit_answers.hpp"
#include "milter/audit_log.hpp"
#include "milter/cmd.hpp"
#include "milter/config.hpp"
#include "milter/files.hpp"
#include "policy/chain.hpp"

#include <boost/json.hpp>

#include <iostream>
#include <optional>

namespace sealgate::milter {

namespace {

namespace json = boost::json;

// The log of the configured gateway, or nothing after a complaint.
std::optional<std::string> log_path(const invocation& called) {
    const auto [gateway, problems] = load_config(called.config_path, read_file);
    if (problems.empty()) return audit_log::path_in(gateway.audit_directory());
    for (const auto& problem : problems) std::cerr << problem.to_string() << '\n';
    return std::nullopt;
}

int verify(const invocation& called, const std::string& path) {
    auto in = open_log(path);
    policy::chain_end end;
    std::uint64_t number = 0;
    std::string problem;
    for (std::string line; problem.empty() && next_line(in, line);) {
        ++number;
        if (auto next = policy::follow(end, line)) {
            end = *std::move(next);
        } else {
            problem = "record " + std::to_string(number) + " " + next.error();
        }
    }
    if (called.json()) {
        std::cout << json::serialize(json::object{{"ok", problem.empty()},
                                                  {"records", end.last_seq},
                                                  {"last_hash", end.last_hash},
                                                  {"problem", problem.empty() ? json::value(nullptr) : json::value(problem)}})
                  << '\n';
    } else if (problem.empty()) {
        std::cout << "whole: " << end.last_seq << " records, each follows the one before it\n"
                  << "last hash: " << end.last_hash << '\n'
                  << "A cut tail or a log written anew does not show here: compare this hash with one you kept elsewhere.\n";
    } else {
        complain(path + ": " + problem);
    }
    return problem.empty() ? exit_yes : exit_no;
}

} // namespace

int cmd_audit(const invocation& called) {
    const auto word = called.words.size() == 1 ? called.words[0] : "";
    if (word != "show" && word != "stats" && word != "verify") {
        complain("audit takes one word: show, stats or verify; see sealgate audit --help");
        return exit_unusable;
    }
    if (called.json() && called.has("--csv")) {
        complain("--json and --csv exclude each other");
        return exit_unusable;
    }
    const auto path = log_path(called);
    if (!path) return exit_unusable;
    return word == "show" ? show_records(called, *path) : word == "stats" ? show_counts(called, *path) : verify(called, *path);
}

} // namespace sealgate::milter
