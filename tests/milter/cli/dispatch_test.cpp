// A command is found wherever its options stand; what is called wrongly says what would do.
#include "milter/cli/dispatch.hpp"

#include <gmock/gmock.h>

#include <array>

namespace sealgate::milter {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

std::string called_with; // what the command that ran was called with

int run_it(const invocation& called) {
    called_with = called.config_path + ":";
    for (const auto& word : called.words) called_with += " " + word;
    for (const auto& last : called.values("--last")) called_with += " last=" + last;
    return exit_no;
}

const std::array<command_entry, 2> of_log{{
    {.name = "show",
     .synopsis = "[--last N] [--json]",
     .summary = "print it",
     .details = "The last N.\n",
     .options = {{"--last", takes::value}, {"--json", takes::nothing}},
     .run = run_it},
    {.name = "verify",
     .synopsis = "[--key KEY] FILE...",
     .summary = "prove it",
     .options = {{"--key", takes::values}},
     .arguments = {.least = 1, .most = 2},
     .run = run_it},
}};

const command_entry table[] = {
    {.name = "serve", .summary = "run", .run = run_it},
    {.name = "log", .synopsis = "COMMAND ...", .summary = "the log", .commands = of_log},
    {.name = "version", .summary = "print the version", .run = run_it},
};

struct outcome_of_call {
    int status;
    std::string ran, out, err;
};

outcome_of_call call(std::vector<std::string_view> arguments) {
    called_with.clear();
    testing::internal::CaptureStdout();
    testing::internal::CaptureStderr();
    const int status = run_command_line(table, std::move(arguments));
    return {status, called_with, testing::internal::GetCapturedStdout(), testing::internal::GetCapturedStderr()};
}

TEST(Commands, AreFoundWhereverOptionsStand) {
    const std::string usual = "/etc/sealgate/sealgate.yaml:";
    for (const auto& [arguments, ran] : std::vector<std::pair<std::vector<std::string_view>, std::string>>{
             {{"serve"}, usual},
             {{"--config", "x", "serve"}, "x:"},
             {{"log", "show"}, usual},
             {{"log", "--last", "5", "show", "--config=x"}, "x: last=5"},
             {{"--last", "serve", "log", "show"}, usual + " last=serve"},
             {{"log", "verify", "show", "b"}, usual + " show b"},
             {{"--version"}, usual.substr(usual.size() - 1)}}) {
        const auto called = call(arguments);
        EXPECT_EQ(called.ran, ran) << called.err;
        EXPECT_EQ(called.status, exit_no);
    }
}

TEST(Commands, CalledWronglySayWhatWouldDo) {
    for (const auto& [arguments, said] : std::vector<std::pair<std::vector<std::string_view>, std::string>>{
             {{}, "a command is missing"},
             {{"lgo"}, "there is no command \"lgo\"; did you mean \"log\"? (sealgate --help lists them)"},
             {{"log"}, "log needs one of: show, verify (see sealgate log --help)"},
             {{"log", "shwo"}, "log has no command \"shwo\"; did you mean \"show\"? (see sealgate log --help)"},
             {{"log", "show", "--key", "x"},
              "log show: unknown option --key; it takes --last, --json, --config, --help (see sealgate log show --help)"},
             {{"log", "show", "--lats=5"}, "log show: unknown option --lats; did you mean \"--last\"?"},
             {{"log", "show", "x"}, "log show: \"x\" is too much; usage: sealgate [--config FILE] log show [--last N]"},
             {{"log", "verify"}, "log verify needs more; usage: sealgate [--config FILE] log verify [--key KEY] FILE..."},
             {{"log", "verify", "a", "b", "c"}, "log verify: \"c\" is too much"},
             {{"serve", "--json"}, "serve: unknown option --json; it takes --config, --help"}}) {
        const auto called = call(arguments);
        EXPECT_EQ(called.status, exit_unusable);
        EXPECT_EQ(called.ran, "");
        EXPECT_EQ(called.out, "");
        EXPECT_THAT(called.err, StartsWith("sealgate: " + said));
    }
    EXPECT_THAT(call({"log"}).err, HasSubstr("log verify [--key KEY] FILE...\n      prove it\n")) << "and lists them";
}

TEST(Commands, HelpIsOfTheCommandThatIsNamed) {
    EXPECT_THAT(call({"--help"}).out, HasSubstr("  log       the log\n"));
    EXPECT_THAT(call({"log", "-h"}).out, HasSubstr("log show [--last N] [--json]\n      print it\n"));
    const auto show = call({"log", "show", "--help", "nonsense"});
    EXPECT_THAT(show.out,
                StartsWith("usage: sealgate [--config FILE] log show [--last N] [--json]\n\nprint it\n\nThe last N.\n"));
    EXPECT_THAT(show.out, Not(HasSubstr("verify")));
    EXPECT_EQ(show.status, exit_yes);
    EXPECT_EQ(call({"log", "--", "verify", "--help"}).ran, "/etc/sealgate/sealgate.yaml: --help") << "a file of that name";
}

} // namespace
} // namespace sealgate::milter
