// Which Subjects a policy would refuse as nearly tagged: those of standard input, a line each, as to somebody outside.
//
//     tag_bench POLICY < SUBJECTS
//
// Prints each with the tag that would be suggested, between tabs, and at the end how many there were and what one took.

#include "policy/decision/decide.hpp"
#include "policy/load/policy.hpp"
#include "policy/tags/reader.hpp"

#include <chrono>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>

namespace {

using namespace sealgate::policy;

std::expected<std::string, std::string> read_file(const std::string& path) {
    std::ifstream file(path);
    if (!file) return std::unexpected("cannot be read");
    return std::string(std::istreambuf_iterator<char>(file), {});
}

} // namespace

int main(int argc, char** argv) {
    const auto rules = load_policy(argc > 1 ? argv[1] : "", read_file);
    if (!rules) {
        for (const auto& problem : rules.error()) std::cerr << problem.to_string() << '\n';
        return 2;
    }
    facts known;
    known.recipients = {{.who = parse_address("somebody@outside.example"), .key = {.state = key_state::usable}}};
    std::size_t subjects = 0;
    const auto began = std::chrono::steady_clock::now();
    for (std::string line; std::getline(std::cin, line); ++subjects) {
        known.findings = find_tags(*rules, {.fields = {{.name = "Subject", .value = " " + line}}, .body = {}});
        const auto made = decide(*rules, known);
        for (const auto place : made.near_misses)
            std::cout << line << '\t' << known.findings.near_misses[place].suggestion << '\n';
    }
    const std::chrono::duration<double, std::micro> took = std::chrono::steady_clock::now() - began;
    std::cerr << subjects << " subjects, " << took.count() / static_cast<double>(std::max<std::size_t>(subjects, 1))
              << " microseconds each\n";
    return 0;
}
