#include "milter/audit_log.hpp"
#include "milter/cmd.hpp"
#include "milter/config.hpp"
#include "milter/files.hpp"
#include "milter/table.hpp"
#include "policy/base/text.hpp"
#include "policy/chain.hpp"

#include <boost/json.hpp>

#include <charconv>
#include <deque>
#include <fstream>
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

std::ifstream open_log(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    if (!in) throw std::runtime_error("cannot read the audit log " + path + "; has the gateway run yet?");
    return in;
}

// A line that ends in a line end; a last line that is still being written is none.
bool next_line(std::istream& in, std::string& line) { return static_cast<bool>(std::getline(in, line)) && !in.eof(); }

std::string text_at(const json::object& record, std::string_view field) {
    const auto* value = record.if_contains(field);
    return value && value->is_string() ? text::printable(std::string_view(value->as_string())) : "-";
}

std::string recipients_at(const json::object& record) {
    std::string out;
    const auto* list = record.if_contains("recipients");
    if (!list || !list->is_array()) return "-";
    for (const auto& one : list->as_array()) {
        if (!one.is_object()) continue;
        if (!out.empty()) out += ", ";
        if (out.size() > 100) return out + "…";
        out += text_at(one.as_object(), "address") + " " + text_at(one.as_object(), "reason");
    }
    return out;
}

std::vector<std::string> row_of(const std::string& line) {
    boost::system::error_code error;
    const auto value = json::parse(line, error);
    if (error || !value.is_object()) return {"(a damaged record)"};
    const auto& record = value.as_object();
    const auto outcome = text_at(record, "outcome") + (text_at(record, "mode") == "monitor" ? " (monitor)" : "");
    // Seconds are enough for people; --json has the rest.
    return {text_at(record, "time").substr(0, 19), text_at(record, "id"), text_at(record, "queue_id"),
            text_at(record, "sender"), text_at(record, "classification"), outcome, recipients_at(record)};
}

bool has_id(const std::string& line, const std::string& id) {
    boost::system::error_code error;
    const auto value = json::parse(line, error);
    return !error && value.is_object() && text::iequals(text_at(value.as_object(), "id"), id);
}

int show(const invocation& called, const std::string& path) {
    std::size_t most = SIZE_MAX;
    if (const auto last = called.values("--last"); !last.empty()) {
        const auto& digits = last.back();
        const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), most);
        if (error != std::errc{} || end != digits.data() + digits.size()) {
            complain("--last takes a whole number, not \"" + digits + "\"");
            return exit_unusable;
        }
    }
    const auto ids = called.values("--id");
    auto in = open_log(path);
    std::deque<std::string> kept;
    for (std::string line; next_line(in, line);) {
        if (!ids.empty() && !has_id(line, ids.back())) continue;
        kept.push_back(std::move(line));
        if (kept.size() > most) kept.pop_front();
    }
    if (called.json()) {
        for (const auto& line : kept) std::cout << line << '\n';
    } else {
        std::vector<std::vector<std::string>> rows{
            {"TIME (UTC)", "ID", "QUEUE ID", "SENDER", "CLASSIFIED", "OUTCOME", "RECIPIENTS"}};
        for (const auto& line : kept) rows.push_back(row_of(line));
        print_table(std::cout, rows);
    }
    return kept.empty() && !ids.empty() ? exit_no : exit_yes;
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
    const bool known = called.words.size() == 1 && (called.words[0] == "show" || called.words[0] == "verify");
    if (!known) {
        complain("audit takes one word, show or verify; see sealgate audit --help");
        return exit_unusable;
    }
    const auto path = log_path(called);
    if (!path) return exit_unusable;
    return called.words[0] == "show" ? show(called, *path) : verify(called, *path);
}

} // namespace sealgate::milter
