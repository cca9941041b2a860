#include "milter/doctor/machine_findings.hpp"

#include "milter/postfix/program.hpp"
#include "policy/base/text.hpp"

#include <filesystem>
#include <set>
#include <sys/timex.h>
#include <system_error>

namespace sealgate::milter {

namespace {

namespace fs = std::filesystem;
using enum finding_kind;

constexpr std::uint64_t messages_of_room = 4; // of the largest size: as they came, sealed, split, and the log

void find_gpg(findings& to) {
    const auto ran = run_program("/usr/bin/gpg", {"--version"});
    if (ran && ran->status == 0) return;
    to.push_back({.kind = gpg_missing,
                  .what = "gpg does not run: no certificate can be imported, and what cannot be encrypted in process waits",
                  .where = "/usr/bin/gpg",
                  .mend = "apt-get install gnupg"});
}

void find_full_disks(const examined& of, findings& to) {
    const auto needed = messages_of_room * of.gateway.limits.largest_message();
    std::set<std::uint64_t> seen;
    for (const auto& directory : {of.gateway.state, of.postfix.value("queue_directory")}) {
        std::error_code unseen;
        const auto room = fs::space(directory, unseen);
        if (unseen || room.available >= needed || !seen.insert(room.free).second) continue;
        to.push_back({.kind = disk_space,
                      .what = "only " + text::octets(room.available) + " are free; " + std::to_string(messages_of_room) +
                              " mails of the largest size take " + text::octets(needed) + ", and then mail waits",
                      .where = directory,
                      .mend = {}});
    }
}

void find_clock(findings& to) {
    timex now = {};
    if (::adjtimex(&now) != TIME_ERROR) return;
    to.push_back({.kind = clock_unsynchronised,
                  .what = "nothing keeps the clock right: keys count as expired, or not yet made, by a wrong time",
                  .where = "adjtimex(2)",
                  .mend = "timedatectl set-ntp true"});
}

void find_journal(findings& to) {
    if (!fs::exists("/run/systemd/system") || fs::exists("/var/log/journal")) return;
    to.push_back({.kind = journal_volatile,
                  .what = "the journal is gone after a restart of the machine",
                  .where = "/var/log/journal",
                  .mend = "mkdir -p /var/log/journal && systemctl restart systemd-journald"});
}

} // namespace

findings machine_findings(const examined& of) {
    findings out;
    find_gpg(out);
    find_full_disks(of, out);
    find_clock(out);
    find_journal(out);
    return out;
}

} // namespace sealgate::milter
