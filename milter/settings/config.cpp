#include "milter/settings/config.hpp"

#include "keys/discovery/keyserver.hpp"
#include "milter/base/own_host_name.hpp"
#include "policy/base/yaml_values.hpp"
#include "policy/mail/address.hpp"

#include <algorithm>
#include <filesystem>

namespace sealgate::milter {

namespace {

using yaml::map_reader;

std::string beside(const std::string& file, const std::string& path) {
    const auto joined = (std::filesystem::path(file).parent_path() / path).lexically_normal().string();
    return joined.size() > 1 && joined.ends_with('/') ? joined.substr(0, joined.size() - 1) : joined;
}

class config_reader {
public:
    config_reader(std::string path, yaml::error_sink& errors)
        : path_(std::move(path))
        , errors_(errors) {}

    config run(const yaml::node& root) {
        map_reader top(root, "sealgate.yaml", errors_);
        if (const auto* gateway = top.required("gateway")) read_gateway(*gateway);
        if (const auto* audit = top.optional("audit")) read_audit(*audit);
        if (const auto* keys = top.optional("keys")) read_keys(*keys);
        if (const auto* held = top.optional("held")) read_held(*held);
        if (const auto* fleet = top.optional("fleet")) read_fleet(*fleet);
        top.finish();
        if (out_.audit.checkpoints.empty()) out_.audit.checkpoints = out_.audit_directory() + "/checkpoints.jsonl";
        return std::move(out_);
    }

private:
    void read_gateway(const yaml::node& map) {
        map_reader m(map, "gateway", errors_);
        if (const auto* value = m.optional("name")) read_name(*value);
        if (const auto* value = m.required("listen")) read_listen(*value);
        if (const auto* value = m.required("policy")) read_path(*value, out_.policy_path);
        if (const auto* value = m.required("state")) read_path(*value, out_.state);
        if (const auto* value = m.required("submit")) read_submit(*value, out_.submit);
        if (const auto* value = m.optional("mode"))
            out_.mode = yaml::as_enum<policy::mode>(*value, errors_, names(policy::mode{})).value_or(out_.mode);
        if (const auto* value = m.required("outgoing")) read_outgoing(*value);
        if (const auto* value = m.optional("limits")) read_limits(*value);
        if (const auto* value = m.optional("metrics")) read_metrics(*value);
        if (const auto* value = m.optional("log")) read_log(*value);
        m.finish();
    }

    void read_name(const yaml::node& value) {
        const auto text = yaml::as_text(value, errors_);
        if (!text) return;
        const auto name = policy::canonical_domain(*text);
        if (name.empty() || name.starts_with('['))
            errors_.add(value.at, "\"" + *text + "\" is no name of a host, such as mx1.example.org");
        out_.name = name;
    }

    std::optional<endpoint> endpoint_at(const std::string& text, yaml::mark at) {
        auto where = parse_endpoint(text);
        if (!where) {
            errors_.add(at, where.error());
            return std::nullopt;
        }
        if (auto* local = std::get_if<unix_endpoint>(&*where)) local->path = beside(path_, local->path);
        return *std::move(where);
    }

    void read_metrics(const yaml::node& value) {
        const auto text = yaml::as_text(value, errors_);
        if (text) out_.metrics = endpoint_at(*text, value.at);
        const auto* inet = out_.metrics ? std::get_if<inet_endpoint>(&*out_.metrics) : nullptr;
        if (inet && !contains(*parse_network("127.0.0.0/8"), inet->address) && inet->address != "::1")
            errors_.add(value.at, "metrics are for this machine alone: 127.0.0.1 or ::1, not " + inet->address);
    }

    void read_log(const yaml::node& map) {
        map_reader m(map, "log", errors_);
        if (const auto* value = m.optional("level"))
            out_.log_level = yaml::as_enum<level>(*value, errors_, names(level{})).value_or(out_.log_level);
        m.finish();
    }

    void read_listen(const yaml::node& value) {
        for (const auto& [text, at] : yaml::as_texts(value, errors_))
            if (auto where = endpoint_at(text, at)) out_.listen.push_back(*std::move(where));
        if (value.kind == yaml::kind::list && value.items.empty()) errors_.add(value.at, "nowhere to listen");
    }

    void read_path(const yaml::node& value, std::string& to) {
        const auto text = yaml::as_text(value, errors_);
        if (text && text->empty())
            errors_.add(value.at, "a path must not be empty");
        else if (text)
            to = beside(path_, *text);
    }

    void read_submit(const yaml::node& value, inet_endpoint& to) {
        const auto text = yaml::as_text(value, errors_);
        if (!text) return;
        auto where = parse_host_port(*text);
        if (where) {
            to = *std::move(where);
        } else {
            errors_.add(value.at, where.error());
        }
    }

    void read_outgoing(const yaml::node& map) {
        map_reader m(map, "outgoing", errors_);
        if (const auto* value = m.optional("authenticated"))
            out_.outgoing.authenticated = yaml::as_bool(*value, errors_).value_or(true);
        if (const auto* value = m.optional("networks")) read_networks(*value, out_.outgoing.networks);
        if (const auto* value = m.optional("own_senders"))
            out_.outgoing.own_senders = yaml::as_bool(*value, errors_).value_or(true);
        m.finish();
        if (!out_.outgoing.authenticated && out_.outgoing.networks.empty() && !out_.outgoing.own_senders)
            errors_.add(map.at, "nothing counts as outgoing: no mail would ever be looked at");
    }

    void read_networks(const yaml::node& value, std::vector<network>& to) {
        for (const auto& [text, at] : yaml::as_texts(value, errors_)) {
            if (auto net = parse_network(text))
                to.push_back(*std::move(net));
            else
                errors_.add(at, net.error());
        }
    }

    void read_limits(const yaml::node& map) {
        map_reader m(map, "limits", errors_);
        if (const auto* value = m.optional("message_size"))
            read_bounded(*value, yaml::as_octets(*value, errors_), 1024, std::uint64_t{2} << 30, out_.limits.message_size);
        if (const auto* value = m.optional("memory"))
            read_bounded(*value, yaml::as_octets(*value, errors_), std::uint64_t{8} << 20, std::uint64_t{1} << 40,
                         out_.limits.memory);
        if (const auto* value = m.optional("copies"))
            read_bounded(*value, yaml::as_octets(*value, errors_), 1024, std::uint64_t{1} << 40, out_.limits.copies);
        if (const auto* value = m.optional("connections"))
            read_bounded(*value, yaml::as_count(*value, errors_), 1, 100'000, out_.limits.connections);
        if (const auto* value = m.optional("crypto_workers"); value && value->scalar != "auto")
            read_bounded(*value, yaml::as_count(*value, errors_), 1, 256, out_.limits.crypto_workers);
        m.finish();
    }

    void read_audit(const yaml::node& map) {
        map_reader m(map, "audit", errors_);
        auto& to = out_.audit;
        if (const auto* value = m.optional("checkpoints")) read_path(*value, to.checkpoints);
        if (const auto* value = m.optional("checkpoint_every")) read_checkpoint_every(*value);
        if (const auto* value = m.optional("rotate")) read_rotate(*value);
        if (const auto* value = m.optional("sinks")) read_sinks(*value);
        if (const auto* value = m.optional("keep")) read_time(*value, 100 * std::uint64_t{366 * 86400}, to.keep.emplace());
        const auto* addresses = m.optional("addresses");
        if (addresses)
            to.addresses =
                yaml::as_enum<policy::address_form>(*addresses, errors_, names(policy::address_form{})).value_or(to.addresses);
        if (const auto* value = m.optional("address_key")) read_path(*value, to.address_key);
        m.finish();
        if (to.addresses != policy::address_form::clear && to.address_key.empty())
            errors_.add(addresses->at, "keyed addresses need audit.address_key: a file that is kept apart from the log");
    }

    void read_sinks(const yaml::node& value) {
        for (const auto& [text, at] : yaml::as_texts(value, errors_)) {
            auto sink = parse_sink(text);
            if (!sink)
                errors_.add(at, "audit.sinks: " + sink.error());
            else if (std::ranges::find(out_.audit.sinks, *sink) != out_.audit.sinks.end())
                errors_.add(at, shown(*sink) + " is named twice");
            else
                out_.audit.sinks.push_back(*std::move(sink));
        }
    }

    void read_checkpoint_every(const yaml::node& map) {
        map_reader m(map, "audit.checkpoint_every", errors_);
        if (const auto* value = m.optional("records"))
            read_bounded(*value, yaml::as_count(*value, errors_), 1, 1'000'000, out_.audit.checkpoint_records);
        if (const auto* value = m.optional("time")) read_time(*value, 7 * 86400, out_.audit.checkpoint_time);
        m.finish();
    }

    void read_rotate(const yaml::node& map) {
        map_reader m(map, "audit.rotate", errors_);
        if (const auto* value = m.optional("size"))
            read_bounded(*value, yaml::as_octets(*value, errors_), 1024, std::uint64_t{1} << 40, out_.audit.rotate_size);
        if (const auto* value = m.optional("daily")) out_.audit.rotate_daily = yaml::as_bool(*value, errors_).value_or(true);
        m.finish();
    }

    void read_keys(const yaml::node& map) {
        map_reader m(map, "keys", errors_);
        if (const auto* value = m.optional("watch")) read_watch(*value);
        if (const auto* value = m.optional("discover")) read_discover(*value);
        if (const auto* value = m.optional("learn")) read_learn(*value);
        m.finish();
    }

    void read_discover(const yaml::node& map) {
        map_reader m(map, "keys.discover", errors_);
        auto& to = out_.discover;
        if (const auto* value = m.optional("wkd")) to.wkd = yaml::as_bool(*value, errors_).value_or(to.wkd);
        if (const auto* value = m.optional("vks")) read_keyservers(*value, to.vks);
        if (const auto* value = m.optional("hkp")) read_keyservers(*value, to.hkp);
        if (const auto* value = m.optional("wait")) read_time(*value, 120, to.wait);
        if (const auto* value = m.optional("refresh")) read_time(*value, 366 * std::uint64_t{86400}, to.refresh);
        if (const auto* value = m.optional("ca")) read_path(*value, to.ca);
        if (const auto* value = m.optional("proxy")) to.proxy = yaml::as_text(*value, errors_).value_or("");
        if (const auto* value = m.optional("allow")) read_networks(*value, to.allow);
        m.finish();
    }

    void read_keyservers(const yaml::node& value, std::vector<std::string>& to) {
        for (const auto& [text, at] : yaml::as_texts(value, errors_)) {
            auto host = keys::keyserver_host(text);
            if (!host)
                errors_.add(at, host.error());
            else if (std::ranges::find(to, *host) != to.end())
                errors_.add(at, "the keyserver " + *host + " is named twice");
            else
                to.push_back(*std::move(host));
        }
        if (to.size() > discover_settings::most_keyservers)
            errors_.add(value.at, "names " + std::to_string(to.size()) + " keyservers; at most " +
                                      std::to_string(discover_settings::most_keyservers) + " are asked");
    }

    void read_learn(const yaml::node& map) {
        map_reader m(map, "keys.learn", errors_);
        auto& to = out_.learn;
        const auto read_action = [&](const char* key, learn_action& action) {
            if (const auto* value = m.optional(key))
                action = yaml::as_enum<learn_action>(*value, errors_, names(learn_action{})).value_or(action);
        };
        read_action("autocrypt", to.autocrypt);
        read_action("attached", to.attached);
        if (const auto* value = m.optional("authserv_id")) read_authserv_ids(*value);
        m.finish();
    }

    void read_authserv_ids(const yaml::node& value) {
        for (const auto& [text, at] : yaml::as_texts(value, errors_)) {
            if (text.empty() || text.find_first_of(" \t;()\"") != std::string::npos)
                errors_.add(at, "\"" + text + "\" is no name of a server, such as mx.example.org");
            else
                out_.learn.authserv_ids.push_back(text);
        }
        if (value.kind == yaml::kind::list && value.items.empty())
            errors_.add(value.at, "no server is named; leave keys.learn.authserv_id out to have the mail server's own name");
    }

    void read_watch(const yaml::node& map) {
        map_reader m(map, "keys.watch", errors_);
        if (const auto* value = m.required("mail")) read_addresses(*value, "keys.watch", out_.watch.mail);
        if (const auto* value = m.optional("before")) read_before(*value);
        m.finish();
    }

    void read_held(const yaml::node& map) {
        map_reader m(map, "held", errors_);
        constexpr std::uint64_t longest = 3660 * std::uint64_t{86400};
        auto& to = out_.held;
        if (const auto* value = m.optional("notify")) read_addresses(*value, "held.notify", to.notify);
        if (const auto* value = m.optional("remind")) read_time(*value, longest, to.remind);
        if (const auto* value = m.optional("expire")) read_time(*value, longest, to.expire);
        if (const auto* value = m.optional("submit")) read_submit(*value, to.submit);
        m.finish();
        if (to.expire <= to.remind) errors_.add(map.at, "held.expire must be longer than held.remind");
    }

    // Of administrators; each counts once.
    void read_addresses(const yaml::node& value, const std::string& key, std::vector<policy::address>& to) {
        for (const auto& [text, at] : yaml::as_texts(value, errors_)) {
            auto who = policy::parse_address(text);
            if (who.domain.empty() || !policy::is_envelope_address(who.spelled)) {
                errors_.add(at, "\"" + text + "\" is no mail address");
            } else if (std::ranges::find(to, who.key(), &policy::address::key) == to.end()) {
                to.push_back(std::move(who));
            }
        }
        if (value.kind == yaml::kind::list && value.items.empty())
            errors_.add(value.at, "nobody to write to; leave " + key + " out to have nobody told");
    }

    void read_fleet(const yaml::node& map) {
        map_reader m(map, "fleet", errors_);
        const auto* key = m.required("key");
        if (key) read_path(*key, out_.fleet_key);
        m.finish();
        const auto is_database = [](const sink_url& one) { return std::holds_alternative<database_url>(one); };
        if (key && std::ranges::none_of(out_.audit.sinks, is_database))
            errors_.add(key->at, "gateways share by a database, and audit.sinks names no postgresql://…");
    }

    void read_before(const yaml::node& value) {
        std::vector<std::chrono::seconds> steps;
        for (const auto& [text, at] : yaml::as_texts(value, errors_)) {
            const auto step = yaml::to_seconds(text);
            if (!step)
                errors_.add(at, "expected a time such as 30d or 12h, found \"" + text + "\"");
            else if (*step < 3600 || *step > 10 * 366 * 86400)
                errors_.add(at, "must be from 1h to 3660d");
            else
                steps.emplace_back(*step);
        }
        if (value.kind == yaml::kind::list && value.items.empty()) errors_.add(value.at, "no time before the end is named");
        if (!steps.empty()) out_.watch.before = std::move(steps);
    }

    void read_bounded(const yaml::node& at, std::optional<std::uint64_t> value, std::uint64_t least, std::uint64_t most,
                      std::size_t& to) {
        if (!value) return;
        if (*value < least || *value > most) {
            errors_.add(at.at, "must be from " + std::to_string(least) + " to " + std::to_string(most));
        } else {
            to = static_cast<std::size_t>(*value);
        }
    }

    // A second at least.
    void read_time(const yaml::node& at, std::uint64_t most_seconds, std::chrono::seconds& to) {
        std::size_t seconds = 0;
        read_bounded(at, yaml::as_seconds(at, errors_), 1, most_seconds, seconds);
        if (seconds > 0) to = std::chrono::seconds(seconds);
    }

    std::string path_;
    yaml::error_sink& errors_;
    config out_;
};

} // namespace

std::string gateway_name(const config& gateway) {
    if (!gateway.name.empty()) return gateway.name;
    auto name = policy::canonical_domain(own_host_name());
    return name.empty() ? "localhost" : name;
}

std::string log_origin(const config& gateway) { return gateway_name(gateway) + "/sealgate"; }

config_reading load_config(const std::string& path, const policy::file_reader& read) {
    config_reading out;
    yaml::error_sink errors(path, out.problems);
    if (const auto text = read(path); !text) {
        errors.add({}, text.error());
    } else if (const auto root = yaml::parse(*text, errors); root) {
        out.gateway = config_reader(path, errors).run(*root);
    }
    return out;
}

} // namespace sealgate::milter
