#include "milter/doctor/machine_findings.hpp"

#include "milter/cli/arguments.hpp"
#include "milter/installation/service_unit.hpp"
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

// What journald.conf and its drop-ins say last; empty: nothing.
std::string journald_setting(std::string_view name) {
    const auto files = run_program("/usr/bin/systemd-analyze", {"cat-config", "systemd/journald.conf"});
    std::string out;
    if (!files || files->status != 0) return out;
    for (auto rest = std::string_view(files->output); !rest.empty();) {
        const auto line = text::trim(text::take_line(rest));
        if (line.starts_with(name) && line.substr(name.size()).starts_with('=')) out = text::trim(line.substr(name.size() + 1));
    }
    return out;
}

void find_journal(findings& to) {
    if (!fs::exists("/run/systemd/system")) return;
    const auto kept = journald_setting("Storage");
    const bool is_off = kept == "none" || kept == "volatile";
    if (!is_off && fs::exists("/var/log/journal")) return;
    to.push_back({.kind = journal_volatile,
                  .what = kept == "none" ? "journald keeps nothing" : "the journal is gone after a restart of the machine",
                  .where = is_off ? "Storage=" + kept + " of journald.conf" : "/var/log/journal",
                  .mend = is_off ? "mkdir -p /etc/systemd/journald.conf.d && printf '[Journal]\\nStorage=persistent\\n' > "
                                   "/etc/systemd/journald.conf.d/zz-sealgate.conf && systemctl restart systemd-journald"
                                 : "mkdir -p /var/log/journal && systemctl restart systemd-journald"});
}

// Each decision is a line, so that journalctl can answer; in excess of the limit journald drops them.
void find_journal_limit(findings& to) {
    constexpr std::uint64_t least_burst = 10'000; // journald's own default, in 30 seconds
    const auto burst = unit_property("LogRateLimitBurst");
    const auto interval = unit_property("LogRateLimitIntervalUSec");
    const auto limited = text::whole_number(burst);
    if (!limited || *limited == 0 || *limited >= least_burst || interval == "0") return;
    to.push_back(
        {.kind = journal_limited,
         .what = "the journal takes " + burst + " lines in " + interval + " and drops what is more, decisions among it",
         .where = "LogRateLimitBurst of sealgate.service",
         .mend = "mkdir -p /etc/systemd/system/sealgate.service.d && printf "
                 "'[Service]\\nLogRateLimitIntervalSec=30s\\nLogRateLimitBurst=100000\\n' > "
                 "/etc/systemd/system/sealgate.service.d/zz-journal.conf && systemctl daemon-reload && systemctl restart "
                 "sealgate"});
}

} // namespace

findings machine_findings(const examined& of) {
    findings out;
    find_gpg(out);
    find_full_disks(of, out);
    find_clock(out);
    find_journal(out);
    find_journal_limit(out);
    return out;
}

} // namespace sealgate::milter
