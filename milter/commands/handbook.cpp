// sealgate handbook: the policy in force as a sheet for staff.

#include "milter/base/named_files.hpp"
#include "milter/cli/configured.hpp"
#include "milter/cli/json_line.hpp"
#include "milter/commands/list.hpp"
#include "policy/base/names.hpp"
#include "policy/base/spelling.hpp"
#include "policy/base/text.hpp"
#include "policy/handbook/page.hpp"
#include "policy/handbook/sheet.hpp"
#include "policy/load/policy.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <iostream>
#include <optional>

namespace sealgate::milter {

namespace {

using writer = std::string (*)(const policy::handbook&);

struct book_format {
    std::string_view name;
    writer write;
};

constexpr book_format formats[] = {
    {"html", policy::handbook_page}, {"markdown", policy::handbook_markdown}, {"text", policy::handbook_text}};

// Nothing after a complaint that lists what there is.
const book_format* format_named(const std::string& name) {
    const auto at = std::ranges::find(formats, name, &book_format::name);
    if (at != std::end(formats)) return &*at;
    std::vector<std::string> known;
    for (const auto& one : formats) known.emplace_back(one.name);
    complain("--format is one of " + text::join(known, ", ") + did_you_mean(name, known));
    return nullptr;
}

const policy::language_texts* language_named(const std::string& tag, const policy::notices& how) {
    const auto at = std::ranges::find(how.languages, tag, &policy::language_texts::tag);
    if (at != how.languages.end()) return &*at;
    std::vector<std::string> known;
    for (const auto& one : how.languages) known.push_back(one.tag);
    complain("there are no texts in \"" + tag + "\"; there are: " + text::join(known, ", ") + did_you_mean(tag, known));
    return nullptr;
}

} // namespace

int cmd_handbook(const invocation& called) {
    const auto* format = format_named(called.value("--format", "html"));
    if (!format) return exit_unusable;
    const auto gateway = configured(called);
    if (!gateway) return exit_unusable;
    const auto rules = policy::load_policy(gateway->policy_path, read_file, list_directory);
    if (!rules) {
        for (const auto& problem : rules.error()) std::cerr << text::printable(problem.to_string(), 2000) << '\n';
        return exit_unusable;
    }
    const auto& how = rules->notices;
    const auto usual = how.language == "auto" ? how.languages.front().tag : how.language;
    const auto* words = language_named(called.value("--language", usual), how);
    if (!words) return exit_unusable;
    const auto page = format->write(policy::handbook_of(*rules, *words, SEALGATE_VERSION));
    if (called.json())
        print_json_line(
            boost::json::object{{"language", words->tag}, {"format", format->name}, {"policy", rules->digest}, {"page", page}});
    else
        std::cout << page;
    return exit_yes;
}

} // namespace sealgate::milter
