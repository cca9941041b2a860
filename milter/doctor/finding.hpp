// What `sealgate doctor` finds: what, where, and the command that mends it. Each kind has a name that stays.
#pragma once

#include "policy/base/names.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace sealgate::milter {

// The most dangerous first.
enum class finding_kind : std::uint8_t {
    configuration_error,
    not_tempfail,
    port_without_gateway,
    local_mail_without_gateway,
    gateway_not_answering,
    socket_not_found,
    socket_forbidden,
    probe_not_seen,
    probe_misread,
    signer_before_gateway,
    milter_maps,
    proxy_filter,
    submit_port_missing,
    submit_port_dead,
    submit_port_asks_gateway,
    submit_port_open,
    submit_port_unsigned,
    networks_not_judged,
    bcc_behind_gateway,
    alias_to_outside,
    subject_changed,
    nul_octets,
    macros_missing,
    bounce_size,
    message_size,
    file_unreadable,
    directory_unwritable,
    secret_exposed,
    unit_read_only,
    placeholder,
    organisation_key,
    gpg_missing,
    disk_space,
    key_ends_soon,
    later_milter,
    clock_unsynchronised,
    journal_volatile,
    journal_limited,
};

constexpr auto names(finding_kind) {
    using enum finding_kind;
    return std::to_array<policy::named<finding_kind>>({
        {configuration_error, "configuration-error"},
        {not_tempfail, "not-tempfail"},
        {port_without_gateway, "port-without-gateway"},
        {local_mail_without_gateway, "local-mail-without-gateway"},
        {gateway_not_answering, "gateway-not-answering"},
        {socket_not_found, "socket-not-found"},
        {socket_forbidden, "socket-forbidden"},
        {probe_not_seen, "probe-not-seen"},
        {probe_misread, "probe-misread"},
        {signer_before_gateway, "signer-before-gateway"},
        {milter_maps, "milter-maps"},
        {proxy_filter, "proxy-filter"},
        {submit_port_missing, "submit-port-missing"},
        {submit_port_dead, "submit-port-dead"},
        {submit_port_asks_gateway, "submit-port-asks-gateway"},
        {submit_port_open, "submit-port-open"},
        {submit_port_unsigned, "submit-port-unsigned"},
        {networks_not_judged, "networks-not-judged"},
        {bcc_behind_gateway, "bcc-behind-gateway"},
        {alias_to_outside, "alias-to-outside"},
        {subject_changed, "subject-changed"},
        {nul_octets, "nul-octets"},
        {macros_missing, "macros-missing"},
        {bounce_size, "bounce-size"},
        {message_size, "message-size"},
        {file_unreadable, "file-unreadable"},
        {directory_unwritable, "directory-unwritable"},
        {secret_exposed, "secret-exposed"},
        {unit_read_only, "unit-read-only"},
        {placeholder, "placeholder"},
        {organisation_key, "organisation-key"},
        {gpg_missing, "gpg-missing"},
        {disk_space, "disk-space"},
        {key_ends_soon, "key-ends-soon"},
        {later_milter, "later-milter"},
        {clock_unsynchronised, "clock-unsynchronised"},
        {journal_volatile, "journal-volatile"},
        {journal_limited, "journal-limited"},
    });
}

// Advice is no reason to say no.
constexpr bool is_advice(finding_kind kind) { return kind >= finding_kind::key_ends_soon; }

struct doctor_finding {
    finding_kind kind;
    std::string what;  // for people, with why it matters
    std::string where; // a parameter, a service, a file
    std::string mend;  // a command; empty: nobody but a person can
    bool operator==(const doctor_finding&) const = default;
};

using findings = std::vector<doctor_finding>;

} // namespace sealgate::milter
