// sealgate: the command line. One table says what there is; everything else is in the commands.

#include "milter/cmd.hpp"
#include "policy/base/yaml.hpp"

#include <algorithm>
#include <exception>
#include <iostream>
#include <iterator>
#include <optional>
#include <vector>

namespace {

using namespace sealgate::milter;

const command_entry commands[] = {
    {.name = "serve",
     .synopsis = "",
     .summary = "run the milter in the foreground",
     .details = "SIGHUP reads the configuration, the policy and the keys anew; a bad file leaves the old ones in force and\n"
                "says so. SIGTERM ends: messages under way are answered first.\n",
     .options = {},
     .run = cmd_serve},
    {.name = "check",
     .synopsis = "[--json]",
     .summary = "read both files, print the policy as a matrix, list every error",
     .details =
         "Prints what the gateway would do for each classification and tier, where tags may stand, the state of the key\n"
         "store, and the public key that signs the audit log: note it elsewhere. Exit status 1 where something is wrong.\n",
     .options = {{"--json", takes::nothing}},
     .run = cmd_check},
    {.name = "explain",
     .synopsis = "[--from ADDRESS] [--to ADDRESS]... [--json] FILE...",
     .summary = "decide about messages as the gateway would, and say why",
     .details = "FILE is a message (RFC 5322); - is standard input. Without --to the recipients are those in To and Cc.\n"
                "--from stands in for the envelope sender; with it, what the sender would hear by mail is told too.\n"
                "Nothing is sent, sealed or logged.\n",
     .options = {{"--json", takes::nothing}, {"--from", takes::value}, {"--to", takes::value}},
     .run = cmd_explain},
    {.name = "keys",
     .synopsis = "import FILE... | list | show ADDRESS | remove FINGERPRINT | disable FINGERPRINT | enable FINGERPRINT",
     .summary = "the recipients' certificates",
     .details = "import takes armored or binary files with one certificate or many; secret keys are refused. list and show\n"
                "tell the state of each: usable, expired, revoked, disabled, not-for-encryption. show has exit status 1 if\n"
                "mail to the address cannot be encrypted. A running gateway reads the keys anew on SIGHUP.\n",
     .options = {{"--json", takes::nothing}},
     .run = cmd_keys},
    {.name = "audit",
     .synopsis = "show [FILTER]... [--last N] [--follow] [--json | --csv] | stats [FILTER]... [--by WHAT] [--json | --csv] | "
                 "verify [--checkpoint FILE]... [--key KEY]... [--from N] [--json] [LOG...] | "
                 "reveal --addresses FILE [FILTER]... [--json | --csv]",
     .summary = "read the audit log; ask it; prove that it is whole",
     .details =
         "show prints the decisions and events, --json the records as they are; --follow waits for more. stats counts\n"
         "the decisions.\n\n"
         "filters; each may be given several times, then one of its values has to hold:\n"
         "  --since TIME, --until TIME         30d, 12h, 30m: so long ago; 2026-11-23 or 2026-11-23T09:00:00Z: UTC\n"
         "  --id ID, --sender ADDRESS, --classification NAME, --outcome WORD, --event WORD\n"
         "  --recipient ADDRESS, --domain NAME, --tier NAME, --reason WORD     of one and the same recipient\n"
         "Exit status 1 if nothing matches.\n\n"
         "--by: day, hour, outcome (if not given), mode, classification, sender, failure; or of recipients:\n"
         "recipient, domain, tier, reason\n\n"
         "verify follows the chain from the first record to the last, holds it against the signed checkpoints, and says\n"
         "what is proved and what is not; exit status 1, and the first record that is wrong, if the log is not whole.\n"
         "  --checkpoint FILE   copies of checkpoints that somebody else keeps: what is proved is what these prove\n"
         "  --key KEY           the public half of the key that signed them, or a file with it; not the gateway's own then.\n"
         "                      If the signing key was replaced: --key OLD --key NEW. What names another key is told\n"
         "  --from N            the log begins with record N; those before it are kept elsewhere\n"
         "  LOG...              files to verify instead of the gateway's own, in their order\n\n"
         "reveal is show for a log with keyed addresses (audit.addresses): it puts back the addresses that stand in FILE,\n"
         "one a line. It needs the key (audit.address_key).\n",
     .options = {{"--json", takes::nothing},
                 {"--csv", takes::nothing},
                 {"--follow", takes::nothing},
                 {"--last", takes::value},
                 {"--by", takes::value},
                 {"--since", takes::value},
                 {"--until", takes::value},
                 {"--event", takes::value},
                 {"--id", takes::value},
                 {"--sender", takes::value},
                 {"--classification", takes::value},
                 {"--outcome", takes::value},
                 {"--recipient", takes::value},
                 {"--domain", takes::value},
                 {"--tier", takes::value},
                 {"--reason", takes::value},
                 {"--checkpoint", takes::value},
                 {"--key", takes::value},
                 {"--from", takes::value},
                 {"--addresses", takes::value}},
     .run = cmd_audit},
    {.name = "report",
     .synopsis = "[--since TIME] [--until TIME] [--checkpoint FILE]... [--key KEY]... [--from N] --output FILE | ... --json",
     .summary = "what became of outgoing mail, as one page for an auditor and a manager",
     .details =
         "Reads the audit log and writes one HTML page with everything in it: whether the log is whole, mail by\n"
         "classification and outcome over time, refusals, insecure domains, recipients without keys, changes of policy,\n"
         "and what a gateway in monitor mode would have done. --json writes the numbers instead.\n"
         "FILE - is standard output. Without --since, from the first record.\n"
         "TIME: 30d, 12h, 30m: so long ago; 2026-11-23 or 2026-11-23T09:00:00Z: UTC\n"
         "--checkpoint, --key and --from are those of audit verify.\n"
         "Exit status 1 if the log is not whole; the report is written and says so.\n",
     .options = {{"--json", takes::nothing},
                 {"--since", takes::value},
                 {"--until", takes::value},
                 {"--output", takes::value},
                 {"--checkpoint", takes::value},
                 {"--key", takes::value},
                 {"--from", takes::value}},
     .run = cmd_report},
    {.name = "outbox",
     .synopsis = "list [--json] | retry [ID] [--json] | remove ID [--json]",
     .summary = "the copies and notices that wait to be handed over to Postfix",
     .details =
         "list prints what waits, and what could be neither delivered nor returned (failed). retry has a copy tried now;\n"
         "without ID, all that wait; a failed one waits again. remove deletes one: its recipients do not get it, and\n"
         "nobody is told. All work beside a running gateway, which looks at the outbox every five seconds.\n",
     .options = {{"--json", takes::nothing}},
     .run = cmd_outbox},
    {.name = "version",
     .synopsis = "[--json]",
     .summary = "print the version",
     .details = "",
     .options = {{"--json", takes::nothing}},
     .run = cmd_version},
};

void print_help(std::ostream& out) {
    out << "sealgate: a milter for Postfix that makes an organisation's mail classification true\n\n"
           "usage: sealgate [--config FILE] COMMAND ...\n\n";
    for (const auto& command : commands) {
        std::string name(command.name);
        name.resize(10, ' ');
        out << "  " << name << command.summary << "\n";
    }
    out << "\n--config FILE   the gateway's configuration; /etc/sealgate/sealgate.yaml if not given\n"
           "COMMAND --help  what a command does and takes\n\n"
           "Exit status: 0 yes or done, 1 no (errors found, log broken, key missing), 2 called wrongly or could not run.\n";
}

void print_help(std::ostream& out, const command_entry& command) {
    out << "usage: sealgate [--config FILE] " << command.name << (command.synopsis.empty() ? "" : " ") << command.synopsis
        << "\n\n"
        << command.summary << "\n\n"
        << command.details;
}

std::string unknown_command(std::string_view name) {
    std::vector<std::string> names;
    for (const auto& command : commands) names.emplace_back(command.name);
    return "there is no command \"" + std::string(name) + "\"" + sealgate::yaml::did_you_mean(name, names) +
           "; sealgate --help lists them";
}

int run_command(const command_entry& command, std::span<const std::string_view> arguments) {
    const auto before_words = std::ranges::find(arguments, "--");
    const bool wants_help = std::find(arguments.begin(), before_words, "--help") != before_words;
    if (wants_help) {
        print_help(std::cout, command);
        return exit_yes;
    }
    const auto called = parse_arguments(arguments, command.options);
    if (!called) {
        complain(called.error() + "; see sealgate " + std::string(command.name) + " --help");
        return exit_unusable;
    }
    return command.run(*called);
}

// The command's position: the first word that is neither an option nor the value of --config.
std::optional<std::size_t> find_command(std::span<const std::string_view> arguments) {
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        if (arguments[i] == "--config") {
            ++i;
        } else if (!arguments[i].starts_with('-')) {
            return i;
        }
    }
    return std::nullopt;
}

int run(std::vector<std::string_view> arguments) {
    const auto at = find_command(arguments);
    if (!at) {
        const auto asked = [](std::string_view a) { return a == "--help" || a == "-h" || a == "--version"; };
        const auto option = std::ranges::find_if(arguments, asked);
        if (option == arguments.end()) {
            complain("a command is missing; sealgate --help lists them");
            return exit_unusable;
        }
        if (*option == "--version") return cmd_version({});
        print_help(std::cout);
        return exit_yes;
    }
    const auto name = arguments[*at];
    const auto command = std::ranges::find(commands, name, &command_entry::name);
    if (command == std::end(commands)) {
        complain(unknown_command(name));
        return exit_unusable;
    }
    arguments.erase(arguments.begin() + static_cast<std::ptrdiff_t>(*at));
    return run_command(*command, arguments);
}

} // namespace

int main(int argc, char** argv) {
    try {
        return run({argv + 1, argv + argc});
    } catch (const std::exception& problem) {
        complain(problem.what());
        return exit_unusable;
    }
}
