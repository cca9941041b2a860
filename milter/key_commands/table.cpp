#include "milter/key_commands/table.hpp"

#include "milter/key_commands/change.hpp"
#include "milter/key_commands/desk.hpp"
#include "milter/key_commands/due.hpp"
#include "milter/key_commands/find.hpp"
#include "milter/key_commands/proposed.hpp"
#include "milter/key_commands/publish.hpp"
#include "milter/key_commands/show.hpp"
#include "milter/key_commands/trust.hpp"
#include "milter/key_commands/wanted.hpp"

namespace sealgate::milter {

namespace {

template <auto run>
constexpr auto at_desk = with_desk<key_desk_of, run>;

} // namespace

const std::array<command_entry, 15> keys_commands{{
    {.name = "import",
     .synopsis = "[--json] FILE...",
     .summary = "add certificates",
     .details =
         "FILE is armored or binary, with any number of certificates and revocations; - is the standard input. Each is taken\n"
         "by itself, and merged with what is there already; secret keys are refused. In force within a second.\n",
     .options = {json_option},
     .arguments = {.least = 1, .most = SIZE_MAX},
     .run = at_desk<import_certificates>},
    {.name = "list",
     .synopsis = "[--json]",
     .summary = "list the certificates, each with its state",
     .options = {json_option},
     .run = at_desk<list_certificates>},
    {.name = "show",
     .synopsis = "[--json] ADDRESS | FINGERPRINT",
     .summary = "show the certificates of an address, or one",
     .details = "Exit status 1 if mail to the address, or to that certificate, cannot be encrypted.\n",
     .options = {json_option},
     .arguments = one_argument,
     .run = at_desk<show_certificates>},
    {.name = "find",
     .synopsis = "[--json] ADDRESS...",
     .summary = "look for certificates where they are published",
     .details = "Asks where keys.discover says, whatever was answered before. What is found is kept, and "
                "in force\n"
                "within a second. Exit status 1 if there is one of which nothing can be used.\n",
     .options = {json_option},
     .arguments = {.least = 1, .most = SIZE_MAX},
     .run = at_desk<find_published>},
    {.name = "refresh",
     .synopsis = "[--json] [ADDRESS...]",
     .summary = "look again for what was found",
     .details = "Where it was found, and for these addresses alone where any are named. The gateway does so by itself "
                "(keys.discover.refresh).\n",
     .options = {json_option},
     .arguments = {.least = 0, .most = SIZE_MAX},
     .run = at_desk<refresh_found>},
    {.name = "proposed",
     .synopsis = "[--json]",
     .summary = "list found certificates that wait for a word, with what speaks for them",
     .details = "Mail is not encrypted to them: their source is not in encryption.keys, another one of the same address is in\n"
                "use, or one is disabled. After keys approve it is.\n",
     .options = {json_option},
     .run = at_desk<list_proposed>},
    {.name = "approve",
     .synopsis = "[--json] FINGERPRINT [ADDRESS...] ...",
     .summary = "make found certificates the organisation's own",
     .details = "By the whole fingerprint; of the addresses in it those that are named, or all. In force within a second.\n",
     .options = {json_option},
     .arguments = {.least = 1, .most = SIZE_MAX},
     .run = at_desk<approve_certificates>},
    {.name = "bind",
     .synopsis = "[--json] [ADDRESS | @DOMAIN FINGERPRINT]",
     .summary = "use this certificate for an address, or for a whole domain",
     .details = "Mail to them is encrypted to it and to no other one, whatever is found or imported. Without arguments, lists "
                "what\n"
                "is bound. In force within a second.\n",
     .options = {json_option},
     .arguments = {.least = 0, .most = 2},
     .run = at_desk<bind_certificate>},
    {.name = "unbind",
     .synopsis = "[--json] ADDRESS | @DOMAIN",
     .summary = "take a binding back",
     .options = {json_option},
     .arguments = one_argument,
     .run = at_desk<unbind>},
    {.name = "remove",
     .synopsis = "[--json] FINGERPRINT",
     .summary = "remove a certificate",
     .options = {json_option},
     .arguments = one_argument,
     .run = at_desk<remove_certificate>},
    {.name = "disable",
     .synopsis = "[--json] FINGERPRINT",
     .summary = "keep a certificate, but do not use it",
     .options = {json_option},
     .arguments = one_argument,
     .run = at_desk<disable_certificate>},
    {.name = "enable",
     .synopsis = "[--json] FINGERPRINT",
     .summary = "use a certificate again that was disabled",
     .options = {json_option},
     .arguments = one_argument,
     .run = at_desk<enable_certificate>},
    {.name = "publish",
     .synopsis = "--wkd DIR [--json]",
     .summary = "write the organisation's own certificates as a Web Key Directory",
     .details =
         "For a web server: DIR is the advanced place, DIR/DOMAIN the direct one. A file for each address of a domain of the\n"
         "organisation, with the certificates that can be used, or were revoked. What is as it should be stays; files of\n"
         "people who are gone are taken away. Exit status 1 if not all certificates could be read.\n",
     .options = {{"--wkd", takes::value}, json_option},
     .run = at_desk<publish_certificates>},
    {.name = "due",
     .synopsis = "[--within TIME] [--json]",
     .summary = "list the certificates that end soon, or have ended",
     .details = "TIME is 30d if not given; 12h, 0s. Those of encryption.always_to first, then by their end. Left out is what\n"
                "another one replaces, or is of no use anyway. Exit status 1 if there is any.\n",
     .options = {{"--within", takes::value}, json_option},
     .run = at_desk<list_due>},
    {.name = "wanted",
     .synopsis = "[--since TIME] [--json]",
     .summary = "list who could not be written to for want of a key",
     .details =
         "From the audit log: whom, how often, by whom, and when at last; the most wanted first. TIME is 30d if not given;\n"
         "12h, 30m: so long ago; 2026-11-23 or 2026-11-23T09:00:00Z: UTC. Who has a key by now is counted only.\n",
     .options = {{"--since", takes::value}, json_option},
     .run = at_desk<list_wanted>},
}};

} // namespace sealgate::milter
