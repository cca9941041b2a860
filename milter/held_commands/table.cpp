#include "milter/held_commands/table.hpp"

#include "milter/held_commands/desk.hpp"
#include "milter/held_commands/refuse.hpp"
#include "milter/held_commands/release.hpp"
#include "milter/held_commands/show.hpp"

namespace sealgate::milter {

namespace {

template <auto run>
constexpr auto at_desk = with_desk<held_desk_of, run>;

} // namespace

const std::array<command_entry, 4> held_commands{{
    {.name = "list",
     .synopsis = "[--json] [--postfix-config DIR]",
     .summary = "what is held: who, since when, why, and who may release it",
     .options = {json_option, postfix_option},
     .run = at_desk<list_held>},
    {.name = "show",
     .synopsis = "[--body] [--json] [--postfix-config DIR] ID",
     .summary = "one held mail: all recipients and reasons, its header, and the commands to type",
     .details = "ID is the queue id, or the id of the decision. --body shows what it says, too.\n",
     .options = {json_option, postfix_option, {"--body", takes::nothing}},
     .arguments = one_argument,
     .run = at_desk<show_held>},
    {.name = "release",
     .synopsis = "[--as CLASSIFICATION] [--json] [--postfix-config DIR] ID",
     .summary = "decide a held mail anew, by today's policy and keys, and let it go",
     .details = "What has to be encrypted is encrypted, or stays held: nothing leaves in clear by a release.\n"
                "Nearly a tag counts as the tag that was meant. --as says what it was meant to be; it never makes a mail\n"
                "less sensitive than its own tags say.\n"
                "Exit status 1 where the mail stays held; the reason is told. A release that was cut short goes on.\n",
     .options = {json_option, postfix_option, {"--as", takes::value}},
     .arguments = one_argument,
     .run = at_desk<release_held>},
    {.name = "refuse",
     .synopsis = "[--untold] [--json] [--postfix-config DIR] ID | --expired",
     .summary = "tell the sender of a held mail that it is not sent, and remove it",
     .details = "--expired: all that this gateway held longer ago than held.expire.\n"
                "Where the sender cannot be told, being nobody of ours, the mail stays, and the exit status is 1; --untold\n"
                "removes such a one.\n",
     .options = {json_option, postfix_option, {"--expired", takes::nothing}, {"--untold", takes::nothing}},
     .arguments = {.least = 0, .most = 1},
     .run = at_desk<refuse_held>},
}};

} // namespace sealgate::milter
