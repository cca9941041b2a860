// The table of commands, --help, the manual, the README and the completions for bash and zsh say the same.
#include "milter/base/named_files.hpp"
#include "milter/commands/list.hpp"
#include "policy/rules/reason.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <functional>
#include <iterator>
#include <regex>
#include <set>
#include <sstream>

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

TEST(CommandList, ThePageOfCommandsHasEach) {
    const auto page = file("contrib/doc/pages/commands.md");
    each([&](const std::string& name, const command_entry& entry) {
        const bool whole = page.contains("`sealgate " + name + "`");
        EXPECT_TRUE(whole || page.contains("`" + std::string(entry.name) + "`") || page.contains("`sealgate " + name + " "))
            << name;
    });
}

// A list of the completion's own, by its name: name="…" or name=(…).
std::set<std::string> list_of(const std::string& completion, const std::string& name) {
    std::smatch found;
    EXPECT_TRUE(std::regex_search(completion, found, std::regex(name + R"re(=["(]([^")]*)[")])re"))) << name;
    std::istringstream words(found.str(1));
    return {std::istream_iterator<std::string>(words), {}};
}

// What a completion offers behind these words of a command line: its branch `GROUP/COMMAND)`, `GROUP/*)` or `*)`.
std::set<std::string> offered(const std::string& completion, const std::string& group, const std::string& command) {
    const auto quoted = [](const std::string& label) { return std::regex_replace(label, std::regex(R"([*])"), R"(\*)"); };
    for (const auto& label : {group + "/" + command, group + "/*", std::string("*")}) {
        std::smatch found;
        const std::regex branch("\n    " + quoted(label) + R"re(\) offered=["(]?([^")]*)[")]? ;;)re");
        if (!std::regex_search(completion, found, branch)) continue;
        std::istringstream words(found.str(1));
        std::set<std::string> out(std::istream_iterator<std::string>(words), {});
        if (out.erase("$filters") > 0) out.merge(list_of(completion, "filters"));
        return out;
    }
    return {};
}

// Of `commands`, which stand behind `group`.
void expect_offered(const std::string& completion, std::span<const command_entry> commands, const std::string& group) {
    std::set<std::string> names;
    for (const auto& one : commands) {
        names.insert(std::string(one.name));
        if (!one.commands.empty()) {
            expect_offered(completion, one.commands, std::string(one.name));
            continue;
        }
        std::set<std::string> options;
        for (const auto& option : one.options) options.insert(std::string(option.name));
        const auto said =
            group.empty() ? offered(completion, std::string(one.name), "") : offered(completion, group, std::string(one.name));
        EXPECT_EQ(said, options) << group << ' ' << one.name;
    }
    if (group.empty()) names.insert("--version");
    EXPECT_EQ(offered(completion, group, ""), names) << group;
}

TEST(CommandList, TheCompletionsOfferEachCommandAndExactlyItsOptions) {
    std::set<std::string> flags{"--help", "--version"};
    each([&](const auto&, const command_entry& entry) {
        for (const auto& option : entry.options)
            if (option.argument == takes::nothing) flags.insert(std::string(option.name));
    });
    for (const auto* name : {"contrib/completion/sealgate", "contrib/completion/_sealgate"}) {
        const auto completion = file(name);
        expect_offered(completion, all_commands(), "");
        EXPECT_EQ(list_of(completion, "always"), (std::set<std::string>{"--config", "--help"})) << name;
        EXPECT_EQ(list_of(completion, "flags"), flags) << name; // whose next word is no value
    }
}

TEST(Manual, HasEveryReasonUnderReasons) {
    const auto manual = file("contrib/sealgate.8");
    const auto section = manual.substr(manual.find(".Sh REASONS"));
    for (const auto& [value, word] : policy::names(policy::reason{}))
        EXPECT_THAT(section.substr(0, section.find(".Sh ", 4)), HasSubstr(".It Ic " + std::string(word) + "\n"));
}

} // namespace
} // namespace sealgate::milter
