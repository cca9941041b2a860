#include "milter/doctor/probe.hpp"

#include "milter/base/hex_key.hpp"
#include "milter/doctor/tls_door.hpp"
#include "milter/gateway/releasing.hpp"
#include "milter/held_commands/hand_in.hpp"
#include "milter/postfix/plan.hpp"
#include "policy/base/text.hpp"
#include "policy/tags/written.hpp"

#include <chrono>
#include <thread>

namespace sealgate::milter {

namespace {

using enum finding_kind;

std::string probe_mail(const policy::policy& rules, const std::string& sender, const std::string& recipient) {
    return "From: <" + sender + ">\r\nTo: <" + recipient + ">\r\n" +
           policy::tagged_fields(rules, rules.classifications.back(), "probe") +
           "\r\n\r\nsealgate doctor tries whether this port asks the gateway. Nobody is to get this.\r\n";
}

struct probe_result {
    std::string reply; // the server's, or why there is none
    bool is_claimed = false;
};

// The gateway claims it at MAIL, and says nothing until the end.
bool is_claimed_soon(const held_permits& permits, const std::string& token) {
    constexpr int most_looks = 20;
    for (int i = 0; i < most_looks; ++i) {
        if (permits.is_claimed(token)) return true;
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
    return false;
}

probe_result probe_at(const examined& of, const inet_endpoint& port) {
    const auto& rules = of.live->rules;
    const auto recipient = rules.notices.from.spelled;
    const auto sender = "sealgate-doctor" + recipient.substr(recipient.rfind('@'));
    held_permit permit{.token = new_hex_key().substr(0, 32),
                       .queue_id = "PROBE",
                       .user = "doctor",
                       .sender = sender,
                       .recipients = 1,
                       .envelope = envelope_digest({policy::parse_address(recipient)})};
    permit.begun = std::chrono::system_clock::now();
    permit.probe = true;
    const held_permits permits(of.gateway.held_directory());
    const auto one_at_a_time = permits.lock();
    permits.write({permit}, begun_permit::purpose::release);
    held_envelope envelope{.sender = sender, .recipients = {{.address = recipient}}};
    probe_result out{.reply = hand_in(port, permits, permit, envelope, octets(probe_mail(rules, sender, recipient))).reply};
    out.is_claimed = is_claimed_soon(permits, permit.token);
    permits.forget({permit.token});
    return out;
}

inet_endpoint where_it_listens(const postfix_service& door) {
    const auto host = door.host();
    const auto named = parse_host_port((host.contains(':') ? "[" + host + "]" : host) + ":" + std::to_string(*door.port()));
    if (!host.empty() && host != "0.0.0.0" && named) return *named;
    return {.address = "127.0.0.1", .port = *door.port()};
}

// A port that wants TLS before anything else is spoken to through it.
std::optional<tls_begin> wants_tls(const postfix_configuration& postfix, const postfix_service& door) {
    if (postfix.value(door, "smtpd_tls_wrappermode") == "yes") return tls_begin::at_once;
    const bool is_forced =
        postfix.value(door, "smtpd_tls_security_level") == "encrypt" || postfix.value(door, "smtpd_enforce_tls") == "yes";
    return is_forced ? std::optional(tls_begin::starttls) : std::nullopt;
}

probe_result probe_through(const examined& of, const postfix_service& door) {
    const auto at = where_it_listens(door);
    const auto tls = wants_tls(of.postfix, door);
    if (!tls) return probe_at(of, at);
    const tls_door through(at, *tls);
    auto out = probe_at(of, through.near());
    if (auto problem = through.problem(); !problem.empty()) out.reply = "TLS: " + std::move(problem);
    return out;
}

// Adds a finding, or says how far it went.
void judge(const examined& of, const postfix_service& door, const probe_result& result, findings& to,
           std::vector<std::string>& tried) {
    const auto expected = std::string(probe_counts_as) + of.live->rules.classifications.back().name + ";";
    const auto add = [&](finding_kind kind, std::string what) {
        to.push_back({.kind = kind, .what = std::move(what), .where = door.key() + " in master.cf", .mend = {}});
    };
    if (result.reply.contains(expected))
        tried.push_back("a probe at " + door.key());
    else if (result.reply.contains(probe_counts_as))
        add(probe_misread, "a mail with the tag of " + of.live->rules.classifications.back().name +
                               " comes to the gateway without it (" + text::printable(result.reply, 120) +
                               "): another filter, or header_checks, changes the Subject");
    else if (result.is_claimed)
        tried.push_back("a probe at " + door.key() + " as far as it goes without a login");
    else if (result.reply.contains("does not ask this gateway"))
        add(probe_not_seen, "whatever answers there as the gateway is not the one of " + of.config_path);
    else
        tried.push_back(door.key() + " (no further than: " + text::printable(result.reply, 120) + ")");
}

} // namespace

findings probe_ports(const examined& of, std::vector<std::string>& tried) {
    findings out;
    if (!of.live || of.live->rules.notices.from.is_null()) return out;
    for (const auto& door : of.postfix.services) {
        if (!door.is_smtpd() || !door.port() || of.is_behind_gateway(door)) continue;
        if (!of.roles.has_gateway(of.postfix.value(door, "smtpd_milters")) || is_closed_to_milters(of.postfix, door)) continue;
        judge(of, door, probe_through(of, door), out, tried);
    }
    return out;
}

} // namespace sealgate::milter
