// The table of commands, --help, the manual, the README and the completion for bash say the same.
#include "milter/base/named_files.hpp"
#include "milter/commands/list.hpp"
#include "policy/rules/reason.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <functional>
#include <regex>
#include <set>

namespace sealgate::milter {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

std::string file(const std::string& name) {
    const auto bytes = read_file(SEALGATE_SOURCE "/" + name);
    EXPECT_TRUE(bytes) << name;
    return bytes.value_or("");
}

// f("keys import", entry) for each that runs.
void each(const std::function<void(const std::string& name, const command_entry&)>& f,
          std::span<const command_entry> commands = all_commands(), const std::string& before = "") {
    for (const auto& one : commands) {
        const auto name = before + std::string(one.name);
        if (one.run) f(name, one);
        each(f, one.commands, name + " ");
    }
}

// What stands behind `mark` in a text, each once.
std::set<std::string> words_behind(const std::string& mark, const std::string& text) {
    std::set<std::string> out;
    const std::regex pattern(mark + "([a-z]+(?:-[a-z]+)*)");
    for (std::sregex_iterator at(text.begin(), text.end(), pattern), end; at != end; ++at) out.insert("--" + at->str(1));
    return out;
}

std::set<std::string> all_options() {
    std::set<std::string> out{"--config", "--help"};
    each([&](const auto&, const command_entry& entry) {
        for (const auto& option : entry.options) out.insert(std::string(option.name));
    });
    return out;
}

TEST(CommandList, EachSaysWhatItIsFor) {
    each([](const std::string& name, const command_entry& entry) {
        EXPECT_FALSE(entry.summary.empty()) << name;
        EXPECT_TRUE(entry.arguments.most == 0 || !entry.synopsis.empty()) << name;
    });
}

// What prints a result prints it for programs too.
TEST(CommandList, EachThatHasAResultHasJson) {
    const std::set<std::string> others{"serve", "audit verify-key"};
    each([&](const std::string& name, const command_entry& entry) {
        const bool has_json = std::ranges::find(entry.options, "--json", &option_spec::name) != entry.options.end();
        EXPECT_NE(has_json, others.contains(name)) << name;
    });
}

TEST(CommandList, EachOptionIsInItsHelp) {
    each([](const std::string& name, const command_entry& entry) {
        const auto help = std::string(entry.synopsis) + entry.details;
        for (const auto& option : entry.options) EXPECT_THAT(help, HasSubstr(std::string(option.name))) << name;
    });
}

TEST(CommandList, TheManualHasEachCommandAndExactlyTheirOptions) {
    const auto manual = file("contrib/sealgate.8");
    each([&](const std::string& name, const command_entry&) {
        const auto space = name.find(' ');
        const auto group = space == std::string::npos ? "" : name.substr(0, space + 1);
        const auto last = name.substr(group.size());
        EXPECT_TRUE(std::regex_search(manual, std::regex("\\.Cm " + group + "([a-z]+ \\| )*" + last + "\\b"))) << name;
    });
    EXPECT_EQ(words_behind("Fl -", manual), all_options());
}

TEST(CommandList, TheReadmeHasEachCommand) {
    const auto readme = file("README.md");
    each([&](const std::string& name, const command_entry& entry) {
        const bool whole = readme.contains("`sealgate " + name + "`");
        EXPECT_TRUE(whole || readme.contains("`" + std::string(entry.name) + "`") || readme.contains("`sealgate " + name + " "))
            << name;
    });
}

TEST(CommandList, TheCompletionHasEachCommandAndExactlyTheirOptions) {
    const auto completion = file("contrib/completion/sealgate");
    each([&](const std::string& name, const command_entry& entry) {
        EXPECT_TRUE(std::regex_search(completion, std::regex("words=\"[^\"]*\\b" + std::string(entry.name) + "\\b"))) << name;
    });
    auto options = all_options();
    options.insert("--version");
    EXPECT_EQ(words_behind("(?:^|[ \"])--", completion), options);
}

TEST(Manual, HasEveryReasonUnderReasons) {
    const auto manual = file("contrib/sealgate.8");
    const auto section = manual.substr(manual.find(".Sh REASONS"));
    for (const auto& [value, word] : policy::names(policy::reason{}))
        EXPECT_THAT(section.substr(0, section.find(".Sh ", 4)), HasSubstr(".It Ic " + std::string(word) + "\n"));
}

} // namespace
} // namespace sealgate::milter
