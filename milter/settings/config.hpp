// sealgate.yaml (contract.md section 3): how the gateway runs. Paths are relative to the file and come out joined with it.
#pragma once

#include "milter/journal/entry.hpp"
#include "milter/settings/audit_settings.hpp"
#include "milter/settings/endpoint.hpp"
#include "policy/base/names.hpp"
#include "policy/base/yaml.hpp"
#include "policy/load/policy.hpp"
#include "policy/notices/key_watch.hpp"
#include "policy/rules/vocabulary.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace sealgate::milter {

struct limits {
    std::size_t message_size = std::size_t{50} << 20; // octets
    std::size_t memory = std::size_t{512} << 20;      // octets of all messages together
    std::size_t copies = std::size_t{1} << 30;        // octets that one mail may put into the outbox
    std::size_t connections = 1000;
    std::size_t crypto_workers = 0; // 0: one for each core
    bool operator==(const limits&) const = default;

    // The largest message that is taken: it may need three times its size to be worked on, and others have to get on beside it.
    std::size_t largest_message() const { return std::min(message_size, memory / 4); }
};

// What makes a mail outgoing; the rest passes untouched (milter/protocol/direction.hpp).
struct outgoing_rule {
    bool authenticated = true;
    std::vector<network> networks;
    bool own_senders = true;
};

// Where certificates are looked for that nobody imported (contract.md section 8).
struct discover_settings {
    static constexpr std::size_t most_keyservers = 8; // of each kind

    bool wkd = true;
    // Keyservers, which learn who is written to: hosts as keys::keyserver_host() gives them.
    std::vector<std::string> vks, hkp;
    std::chrono::seconds wait{5};            // what a mail waits for, at most
    std::chrono::seconds refresh{24 * 3600}; // after that an answer is old
    std::string ca;                          // a PEM file of authorities beside the system's; empty: none
    std::string proxy;                       // as libcurl takes it; empty: none
    std::vector<network> allow;              // addresses that may be asked although they are not public

    bool is_on() const { return wkd || !vks.empty() || !hkp.empty(); }
};

// What is done with certificates that incoming mail brings (contract.md section 8).
enum class learn_action : std::uint8_t { propose, ignore };

constexpr auto names(learn_action) {
    using enum learn_action;
    return std::to_array<policy::named<learn_action>>({{propose, "propose"}, {ignore, "ignore"}});
}

struct learn_settings {
    learn_action autocrypt = learn_action::propose, attached = learn_action::propose;
    std::vector<std::string> authserv_ids; // whose Authentication-Results are ours; empty: the mail server's own name
};

// Held mail (contract.md section 3).
struct held_settings {
    std::vector<policy::address> notify;                      // who hears of it; empty: nobody
    std::chrono::seconds remind{std::chrono::hours{24}};      // then it is forgotten
    std::chrono::seconds expire{std::chrono::days{30}};       // then `held refuse --expired` refuses it
    inet_endpoint submit{.address = "127.0.0.1", .port = 25}; // a Postfix port whose filter is this gateway
};

struct config {
    std::string name; // of this gateway, as gateway_name() gives it; empty: the machine's
    std::vector<endpoint> listen;
    std::string policy_path;
    std::string state; // directory: keys/, found/, trust/, audit/, outbox/, notices/, threads/, watch/ and held/ are below it
    inet_endpoint submit; // a Postfix port with no milters
    policy::mode mode = policy::mode::enforce;
    outgoing_rule outgoing;
    milter::limits limits;
    audit_settings audit;
    policy::watch_settings watch; // of keys
    discover_settings discover;
    learn_settings learn;
    held_settings held;
    std::string fleet_key;           // the file of the key that gateways of a fleet have; empty: they share nothing by one
    std::optional<endpoint> metrics; // where Prometheus asks; takes effect at the next start
    level log_level = level::info;

    std::string control_socket() const { return state + "/control.sock"; }
    std::string keys_directory() const { return state + "/keys"; }
    std::string found_keys_directory() const { return state + "/found"; }
    std::string trust_directory() const { return state + "/trust"; }
    std::string audit_directory() const { return state + "/audit"; }
    std::string checkpoint_key() const { return state + "/checkpoint.key"; }
    std::string sinks_directory() const { return state + "/sinks"; }
    std::string events_directory() const { return state + "/events"; }
    std::string outbox_directory() const { return state + "/outbox"; }
    std::string notices_directory() const { return state + "/notices"; }
    std::string threads_directory() const { return state + "/threads"; }
    std::string held_directory() const { return state + "/held"; }
    std::string watch_directory() const { return state + "/watch"; }
    // All that it makes and writes there: state itself first.
    std::vector<std::string> directories_written() const {
        return {state,
                keys_directory(),
                found_keys_directory(),
                trust_directory(),
                audit_directory(),
                sinks_directory(),
                events_directory(),
                outbox_directory(),
                notices_directory(),
                threads_directory(),
                held_directory(),
                watch_directory()};
    }
};

// How the log, its proofs and other gateways call this one: a host name in A-labels and lower case.
std::string gateway_name(const config& gateway);
// Of the tree that is signed with its log (policy/proof/signed_note.hpp).
std::string log_origin(const config& gateway);

// What could be read, and every problem; usable only if there is none. The policy's path is there whenever it could be read,
// so that the policy's own errors can be listed in the same run.
struct config_reading {
    config gateway;
    std::vector<yaml::diagnostic> problems;
};

config_reading load_config(const std::string& path, const policy::file_reader& read);

} // namespace sealgate::milter
