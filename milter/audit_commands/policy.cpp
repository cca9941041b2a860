#include "milter/audit_commands/policy.hpp"

#include "milter/cli/json_line.hpp"
#include "milter/settings/policy_archive.hpp"
#include "policy/audit/policy_change.hpp"
#include "policy/base/text.hpp"

#include <boost/json.hpp>

#include <cstdint>
#include <iostream>
#include <string>
#include <vector>

namespace sealgate::milter {

namespace {

int print_difference(const invocation& called, const std::string& before, const std::string& after) {
    const auto lines = policy::in_words(policy::policy_change(before, after), SIZE_MAX);
    if (called.json())
        print_json_line(boost::json::object{
            {"from", called.words[0]}, {"to", called.words[1]}, {"lines", boost::json::array(lines.begin(), lines.end())}});
    else if (lines.empty())
        std::cout << "only comments differ, or nothing\n";
    else
        for (const auto& line : lines) std::cout << text::printable(line) << '\n';
    return exit_yes;
}

} // namespace

int print_kept_policy(const invocation& called, const config& gateway) {
    std::vector<std::string> texts;
    for (const auto& digest : called.words) {
        auto text = kept_policy(gateway.audit_directory(), digest);
        if (!text) {
            complain(text.error());
            return exit_no;
        }
        texts.push_back(*std::move(text));
    }
    if (texts.size() == 2) return print_difference(called, texts.front(), texts.back());
    const auto& digest = called.words.front();
    const auto* text = &texts.front();
    if (called.json())
        print_json_line(boost::json::object{{"policy", digest}, {"text", *text}});
    else
        std::cout << *text;
    return exit_yes;
}

} // namespace sealgate::milter
