#include "milter/commands/list.hpp"

#include "milter/audit_commands/asked_log.hpp"
#include "milter/audit_commands/table.hpp"
#include "milter/doctor/doctor.hpp"
#include "milter/held_commands/table.hpp"
#include "milter/installation/setup.hpp"
#include "milter/key_commands/table.hpp"

#include <cstdint>

namespace sealgate::milter {

namespace {

const command_entry commands[] = {
    {.name = "serve",
     .summary = "run the milter in the foreground",
     .details = "SIGHUP reads the configuration, the policy and the keys anew; a bad file leaves the old ones in force and\n"
                "says so. SIGTERM ends: messages under way are answered first.\n",
     .run = cmd_serve},
    {.name = "status",
     .synopsis = "[--json] [--postfix-config DIR] | --fleet [--from URL] [--json]",
     .summary = "ask the running gateway how it is",
     .details =
         "Since when it runs, its mode, policy and keys, what waits, its last decisions, and what is wrong. For root and\n"
         "the gateway's own user. Exit status 1 where something is wrong, 2 where no gateway runs.\n"
         "--fleet asks the database of audit.sinks, or of --from postgresql://…, how all gateways stand that bring their\n"
         "logs there: which policy, keys, mode and version each had in force last. Exit status 1 where they differ.\n",
     .options = {json_option, postfix_option, {"--fleet", takes::nothing}, from_option},
     .run = cmd_status},
    {.name = "reload",
     .synopsis = "[--json]",
     .summary = "let the running gateway read both files anew, and wait for its answer",
     .details =
         "Prints what changed. A file with errors leaves what is in force there: then every error is printed, and the exit\n"
         "status is 1; 2 where no gateway runs.\n",
     .options = {json_option},
     .run = cmd_reload},
    {.name = "check",
     .synopsis = "[--json] [--postfix-config DIR]",
     .summary = "read both files, print the policy as a matrix, list every error",
     .details =
         "Prints what the gateway would do for each classification and tier, where tags may stand, the state of the key\n"
         "store, the largest message that Postfix takes, and the public key that signs the audit log: note it elsewhere.\n"
         "Held mail that is forgotten is told, where Postfix's queue may be seen.\n"
         "Exit status 1 where something is wrong.\n",
     .options = {json_option, postfix_option},
     .run = cmd_check},
    {.name = "explain",
     .synopsis = "[--from ADDRESS] [--to ADDRESS]... [--json] FILE...",
     .summary = "decide about messages as the gateway would, and say why",
     .details = "FILE is a message (RFC 5322); - is standard input. Without --to the recipients are those in To and Cc.\n"
                "--from stands in for the envelope sender; with it, what the sender would hear by mail is told too.\n"
                "Nothing is sent, sealed or logged.\n",
     .options = {json_option, {.name = "--from", .argument = takes::value, .may_be_empty = true}, {"--to", takes::values}},
     .arguments = {.least = 1, .most = SIZE_MAX},
     .run = cmd_explain},
    {.name = "keys",
     .synopsis = "COMMAND ...",
     .summary = "the recipients' certificates",
     .details = "A certificate's state is usable, expired, revoked, disabled, weak or not-for-encryption. What changes is in\n"
                "force in a running gateway within a second.\n",
     .commands = keys_commands},
    {.name = "held",
     .synopsis = "COMMAND ...",
     .summary = "mail in Postfix's hold queue: why it is held, and what becomes of it",
     .details =
         "For root: nobody else may see and change Postfix's queue. --postfix-config names the directory of main.cf, where\n"
         "it is another one than Postfix's own.\n",
     .commands = held_commands},
    {.name = "audit",
     .synopsis = "COMMAND ...",
     .summary = "read the audit log; ask it; prove that it is whole",
     .commands = audit_commands},
    {.name = "report",
     .synopsis = "[--since TIME] [--until TIME] [--policy FILE] [--checkpoint FILE]... [--key KEY]... [--from N | --from URL "
                 "[--gateway NAME]...] --output FILE | ... --json",
     .summary = "what became of outgoing mail, as one page for an auditor and a manager",
     .details =
         "Reads the audit log and writes one HTML page with everything in it: whether the log is whole, mail by\n"
         "classification and outcome over time, refusals, senders, insecure domains, recipients without keys, keys that\n"
         "end, changes of policy in words, and what a gateway in monitor mode would have done. --json writes the numbers "
         "instead.\n"
         "FILE - is standard output. Without --since, from the first record.\n"
         "TIME: 1w, 30d, 12h, 30m: so long ago; today, yesterday, monday, 2026-W48, 2026-11-23 or 2026-11-23T09:00:00Z: UTC\n"
         "--policy FILE: with a section that says what that policy would have done (sealgate simulate).\n"
         "--checkpoint, --key, --from and --gateway are those of audit verify.\n"
         "Exit status 1 if the log is not whole; the report is written and says so.\n",
     .options = {json_option,
                 {"--since", takes::value},
                 {"--until", takes::value},
                 {"--policy", takes::value},
                 {"--output", takes::value},
                 {"--checkpoint", takes::values},
                 {"--key", takes::values},
                 from_option,
                 gateway_option},
     .run = cmd_report},
    {.name = "simulate",
     .synopsis = "--policy FILE [--since TIME] [--until TIME] [--from URL [--gateway NAME]...] [--json]",
     .summary = "what another policy would have done with the mail that the log tells of",
     .details =
         "Decides anew about each decision of the log, as the gateway would by the policy in FILE, and says what would\n"
         "differ: by outcome, rule, sender and domain, with ids of examples (sealgate audit show --id ID). What the log\n"
         "does not hold is named: no Subject is in it. Nothing is changed, and no gateway need run.\n"
         "Without --since, from the first record. TIME as for sealgate report.\n"
         "--from postgresql://ROLE@HOST/DATABASE: the mail of all gateways there; --gateway NAME: of that one.\n"
         "Exit status 1 where FILE has errors, which are listed.\n",
     .options = {json_option,
                 {"--policy", takes::value},
                 {"--since", takes::value},
                 {"--until", takes::value},
                 from_option,
                 gateway_option},
     .run = cmd_simulate},
    {.name = "handbook",
     .synopsis = "[--format html|markdown|text] [--language LANGUAGE] [--json]",
     .summary = "the policy in force, as a page for staff",
     .details = "Writes to standard output what staff have to know: the tags and how to write them in each mail program, what\n"
                "happens to which mail, how mail services are rated, what to use instead of mail, who can read what, where to\n"
                "ask, and a place to sign. The page has no script and fetches nothing; it prints on two sides of A4.\n"
                "--language: en, de, fr, es or one of your own texts; without it, the language of notices.\n"
                "--format: html if not given.\n",
     .options = {json_option, {"--format", takes::value}, {"--language", takes::value}},
     .run = cmd_handbook},
    {.name = "outbox",
     .synopsis = "COMMAND ...",
     .summary = "the copies and notices that wait to be handed over to Postfix",
     .details = "All work beside a running gateway, which looks at the outbox every five seconds.\n",
     .commands = outbox_commands},
    {.name = "setup",
     .synopsis = "[--domain DOMAIN]... [--from ADDRESS] [--mode monitor|enforce] [--apply | --undo] [--yes] [--json] "
                 "[--postfix-config DIR]",
     .summary = "write both files, and put the gateway into Postfix's configuration",
     .details =
         "Reads Postfix's configuration, asks what it cannot see, writes sealgate.yaml, policy.yaml and the lists of\n"
         "domains, and shows which lines of main.cf and master.cf it would set. A file that somebody has changed is left\n"
         "as it is, or replaced when you say so; a copy stays.\n"
         "--apply sets these lines, has Postfix check them, and reloads it; with any failure all is as before.\n"
         "--undo takes exactly these out again.\n"
         "--yes takes what Postfix says for an answer: its domain, postmaster of that, and mode monitor.\n",
     .options = {json_option,
                 {"--domain", takes::values},
                 {"--from", takes::value},
                 {"--mode", takes::value},
                 {"--apply", takes::nothing},
                 {"--undo", takes::nothing},
                 {"--yes", takes::nothing},
                 postfix_option},
     .run = cmd_setup},
    {.name = "doctor",
     .synopsis = "[--json] [--postfix-config DIR]",
     .summary = "try what a running installation needs, and say what mends it",
     .details =
         "For root. Reads Postfix's configuration and both files, connects to the gateway as smtpd and cleanup do, reads and\n"
         "writes as the gateway's user, and tries each port with a mail that the gateway recognises, decides about and\n"
         "refuses: nobody gets it, and the log has no decision of it.\n"
         "Each finding is a line: its name, what, where, and the command that mends it; the most dangerous first.\n"
         "Exit status 1 where there is one that is more than advice.\n",
     .options = {json_option, postfix_option},
     .run = cmd_doctor},
    {.name = "version", .synopsis = "[--json]", .summary = "print the version", .options = {json_option}, .run = cmd_version},
};

} // namespace

std::span<const command_entry> all_commands() { return commands; }

} // namespace sealgate::milter
