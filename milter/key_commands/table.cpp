#include "milter/key_commands/table.hpp"

#include "milter/key_commands/change.hpp"
#include "milter/key_commands/desk.hpp"
#include "milter/key_commands/find.hpp"
#include "milter/key_commands/show.hpp"

namespace sealgate::milter {

namespace {

template <int (*run)(const key_desk&, const invocation&)>
int at_desk(const invocation& called) {
    const auto desk = key_desk_of(called);
    return desk ? run(*desk, called) : exit_unusable;
}

constexpr argument_count one_argument{.least = 1, .most = 1};

} // namespace

const std::array<command_entry, 7> keys_commands{{
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
     .details = "Asks the Web Key Directory of each address's domain, whatever was answered before. What is found is kept, and "
                "in force\n"
                "within a second. Exit status 1 if there is one of which nothing can be used.\n",
     .options = {json_option},
     .arguments = {.least = 1, .most = SIZE_MAX},
     .run = at_desk<find_published>},
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
}};

} // namespace sealgate::milter
