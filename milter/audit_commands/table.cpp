#include "milter/audit_commands/table.hpp"

#include "milter/audit_commands/asked_log.hpp"
#include "milter/audit_commands/policy.hpp"
#include "milter/audit_commands/prove.hpp"
#include "milter/audit_commands/prune.hpp"
#include "milter/audit_commands/show.hpp"
#include "milter/audit_commands/stats.hpp"
#include "milter/audit_commands/verify.hpp"

#include <string>
#include <vector>

namespace sealgate::milter {

namespace {

const std::string from_database =
    "  --from postgresql://ROLE@HOST/DATABASE\n"
    "                                    the logs that gateways brought to a database (audit.sinks), instead of the own one;\n"
    "                                    --gateway NAME: of that one alone\n";

const std::string filters =
    "FILTER chooses; of several values of one filter one has to hold:\n"
    "  --since TIME, --until TIME        from then on, before then; 1w, 30d, 12h, 30m: so long ago; today, yesterday,\n"
    "                                    monday, 2026-W48, 2026-11-23 or 2026-11-23T09:00:00Z: UTC\n"
    "  --id ID, --sender ADDRESS, --user LOGIN, --classification NAME, --outcome WORD\n"
    "  --queue-id ID, --message-id ID    as Postfix, and the mail, have them\n"
    "  --policy DIGEST                   decided by that policy; the first digits will do\n"
    "  --near-miss                       with something nearly like a tag\n"
    "  --recipient ADDRESS, --domain NAME, --tier NAME, --reason WORD, --key FINGERPRINT\n"
    "                                    of one and the same recipient; of a fingerprint the last 8 digits will do\n" +
    from_database;
const std::string event_filter =
    "  --event WORD                      events of the gateway: start, reload, key-import and so on\n";
const std::string nothing_matches = "Exit status 1 if nothing matches.\n";

const std::vector<option_spec> filter_options{{"--since", takes::value},
                                              {"--until", takes::value},
                                              {"--id", takes::values},
                                              {"--sender", takes::values},
                                              {"--classification", takes::values},
                                              {"--outcome", takes::values},
                                              {"--recipient", takes::values},
                                              {"--domain", takes::values},
                                              {"--tier", takes::values},
                                              {"--reason", takes::values},
                                              {"--queue-id", takes::values},
                                              {"--message-id", takes::values},
                                              {"--user", takes::values},
                                              {"--key", takes::values},
                                              {"--policy", takes::values},
                                              {"--near-miss", takes::nothing},
                                              from_option,
                                              gateway_option};

std::vector<option_spec> filters_and(std::vector<option_spec> others) {
    others.insert(others.begin(), filter_options.begin(), filter_options.end());
    return others;
}

template <int (*run)(const invocation&, const config&)>
int ask(const invocation& called) {
    if (called.json() && called.has("--csv")) return complain("--json and --csv exclude each other"), exit_unusable;
    const auto gateway = configured_to_read(called);
    return gateway ? run(called, *gateway) : exit_unusable;
}

// Whoever verifies a copy needs no gateway.
int verify(const invocation& called) {
    if (!called.words.empty()) return verify_log(called, {}, called.words);
    const auto gateway = configured_to_read(called);
    return gateway ? verify_log(called, *gateway, {}) : exit_unusable;
}

} // namespace

const std::array<command_entry, 8> audit_commands{{
    {.name = "show",
     .synopsis = "[FILTER]... [--last N] [--follow] [--json | --csv]",
     .summary = "print decisions and events",
     .details =
         "--json prints the records as they are, --csv a row for each recipient of a decision. --last prints the last N.\n"
         "--follow prints the last ten, or N, and waits for more.\n\n" +
         filters + event_filter + nothing_matches,
     .options = filters_and({{"--event", takes::values},
                             {"--last", takes::value},
                             {"--follow", takes::nothing},
                             json_option,
                             {"--csv", takes::nothing}}),
     .run = ask<show_records>},
    {.name = "stats",
     .synopsis = "[FILTER]... [--by WHAT] [--json | --csv]",
     .summary = "count decisions, or their recipients",
     .details = "WHAT is day, hour, outcome (if not given), mode, classification, sender, failure or gateway; or of\n"
                "recipients: recipient, domain, tier or reason. Of up to three together: sender,domain.\n\n" +
                filters + nothing_matches,
     .options = filters_and({{"--by", takes::value}, json_option, {"--csv", takes::nothing}}),
     .run = ask<show_counts>},
    {.name = "verify",
     .synopsis = "[--checkpoint FILE]... [--key KEY]... [--from N | --from URL [--gateway NAME]...] [--json] [LOG...]",
     .summary = "prove that the log is whole, and say what is not proved",
     .details =
         "Follows the chain from the first record to the last, and holds it against the signed checkpoints. Exit status 1,\n"
         "and the first record that is wrong, if the log is not whole.\n\n"
         "  --checkpoint FILE   copies of checkpoints that somebody else keeps: what is proved is what these prove\n"
         "  --key KEY           the public half of the key that signed them, or a file with it; not the gateway's own then.\n"
         "                      If the signing key was replaced: --key OLD --key NEW. What names another key is told\n"
         "  --from N            the log begins with record N; those before it are kept elsewhere\n"
         "  --from URL          the logs that gateways brought to the database postgresql://ROLE@HOST/DATABASE (audit.sinks), "
         "each\n"
         "                      by itself, and by the database's copies of its checkpoints; --gateway NAME: of that one alone\n"
         "  LOG...              files to verify instead of the gateway's own, in their order\n",
     .options = {{"--checkpoint", takes::values}, {"--key", takes::values}, from_option, gateway_option, json_option},
     .arguments = {.least = 0, .most = SIZE_MAX},
     .run = verify},
    {.name = "prove",
     .synopsis = "[--output FILE] [--checkpoint FILE]... [--key KEY]... [--from URL [--gateway NAME]] [--json] ID",
     .summary = "prove one decision, so that it can be checked without the log",
     .details =
         "ID is a decision's id, or the number of a record. Writes a proof (C2SP tlog-proof): the record, its place among all\n"
         "records, and a signed checkpoint. It holds no other record. sealgate audit check-proof checks it, anywhere.\n"
         "Exit status 1 where there is no such record, or none that is signed yet.\n\n"
         "  --output FILE       where the proof goes; - or without it: standard output\n"
         "  --checkpoint FILE   copies of checkpoints that somebody else keeps, instead of the gateway's own\n"
         "  --key KEY           whose checkpoints count, instead of the gateway's own key\n"
         "  --from URL          out of the database postgresql://ROLE@HOST/DATABASE; --gateway NAME: of that gateway\n",
     .options = {{"--output", takes::value},
                 {"--checkpoint", takes::values},
                 {"--key", takes::values},
                 from_option,
                 gateway_option,
                 json_option},
     .arguments = one_argument,
     .run = ask<prove_record>},
    {.name = "check-proof",
     .synopsis = "--key KEY... [--json] FILE...",
     .summary = "check what audit prove wrote: no log, no gateway and no configuration are needed",
     .details =
         "Prints the record that is proved. Exit status 1 where a FILE proves nothing.\n\n"
         "  --key KEY           the public half of the key that signed, or a file with it: sealgate check prints it on the\n"
         "                      gateway. NAME+ID+KEY, as C2SP writes it, will do\n",
     .options = {{"--key", takes::values}, json_option},
     .arguments = {.least = 1, .most = SIZE_MAX},
     .run = check_proofs},
    {.name = "reveal",
     .synopsis = "--addresses FILE [FILTER]... [--last N] [--follow] [--json | --csv]",
     .summary = "show, for a log with keyed addresses: puts them back",
     .details = "Puts back the addresses and logins that stand in FILE, one a line (of several FILEs too), and those of the\n"
                "certificates in the key store. It needs the key (audit.address_key).\n\n" +
                filters + event_filter + nothing_matches,
     .options = filters_and({{"--addresses", takes::values},
                             {"--event", takes::values},
                             {"--last", takes::value},
                             {"--follow", takes::nothing},
                             json_option,
                             {"--csv", takes::nothing}}),
     .run = ask<reveal_records>},
    {.name = "policy",
     .synopsis = "[--json] DIGEST [DIGEST]",
     .summary = "print a policy that was in force, by the digest in the log's records; of two, what differs",
     .details =
         "DIGEST: sha256: and 64 hex digits, or the first of them. Printed are the policy file, its lists and its texts, one\n"
         "behind the other, as they were; what was changed since is not printed. Of two DIGESTs the lines that the first has\n"
         "and the second has not (-), and the other way round (+), each below its keys. Exit status 1 where there is none.\n",
     .options = {json_option},
     .arguments = {.least = 1, .most = 2},
     .run = ask<print_kept_policy>},
    {.name = "prune",
     .synopsis = "[--json]",
     .summary = "let the running gateway take away what is older than audit.keep",
     .details =
         "Whole files go, from the beginning of the log. A record says what and by whom, and by it audit verify proves the\n"
         "rest. For root and the gateway's own user.\n",
     .options = {json_option},
     .run = ask<prune_audit_log>},
}};

} // namespace sealgate::milter
