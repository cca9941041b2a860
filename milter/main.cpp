// sealgate: the command line. One table says what there is (commands/list); everything else is in the commands.

#include "milter/base/exception_text.hpp"
#include "milter/commands/list.hpp"

#include <exception>

using namespace sealgate::milter;

int main(int argc, char** argv) {
    try {
        const int status = run_command_line(all_commands(), {argv + 1, argv + argc});
        return is_output_written() ? status : exit_unusable;
    } catch (const std::exception& problem) {
        complain(text_of(problem));
    }
    return exit_unusable;
}
