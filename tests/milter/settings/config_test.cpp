// sealgate.yaml: every key, every error with its place.
#include "milter/settings/config.hpp"

#include <gmock/gmock.h>

namespace sealgate::milter {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const std::string example = R"(gateway:
  listen: unix:/run/sealgate/milter.sock
  policy: policy.yaml
  state: /var/lib/sealgate
  submit: 127.0.0.1:10025
  mode: enforce
  outgoing:
    authenticated: true
    networks: [127.0.0.0/8, "::1/128"]
  limits: {message_size: 50MiB, connections: 1000, crypto_workers: auto, copies: 2GiB, memory: 64MiB}
)";

config_reading read(const std::string& text) {
    return load_config("/etc/sealgate/sealgate.yaml",
                       [&](const std::string&) -> std::expected<std::string, std::string> { return text; });
}

std::vector<std::string> errors_after(const std::string& from, const std::string& to) {
    auto text = example;
    text.replace(text.find(from), from.size(), to);
    std::vector<std::string> out;
    for (const auto& problem : read(text).problems) out.push_back(problem.to_string());
    return out;
}

TEST(Config, ReadsTheExample) {
    const auto [gateway, problems] = read(example);
    EXPECT_THAT(problems, IsEmpty());
    EXPECT_EQ(gateway.listen, std::vector<endpoint>{unix_endpoint{"/run/sealgate/milter.sock"}});
    EXPECT_EQ(gateway.policy_path, "/etc/sealgate/policy.yaml");
    EXPECT_EQ(gateway.keys_directory(), "/var/lib/sealgate/keys");
    EXPECT_EQ(gateway.submit, (inet_endpoint{"127.0.0.1", 10025}));
    EXPECT_EQ(gateway.limits, (limits{.message_size = 50u << 20,
                                      .memory = 64u << 20,
                                      .copies = std::size_t{2} << 30,
                                      .connections = 1000,
                                      .crypto_workers = 0}));
}

TEST(Config, AuditIsAsItsSectionSaysAndSensibleWithoutOne) {
    audit_settings usual;
    usual.checkpoints = "/var/lib/sealgate/audit/checkpoints.jsonl";
    EXPECT_EQ(read(example).gateway.audit, usual);
    const auto [gateway, problems] =
        read(example + "audit:\n  checkpoints: /mnt/c.jsonl\n  checkpoint_every: {records: 10, time: 1h}\n"
                       "  rotate: {size: 1GiB, daily: false}\n  keep: 10y\n  addresses: keyed-local\n  address_key: a.key\n");
    EXPECT_THAT(problems, IsEmpty());
    EXPECT_EQ(gateway.audit, (audit_settings{.checkpoints = "/mnt/c.jsonl",
                                             .checkpoint_records = 10,
                                             .checkpoint_time = std::chrono::hours(1),
                                             .rotate_size = std::size_t{1} << 30,
                                             .rotate_daily = false,
                                             .keep = std::chrono::days(3660),
                                             .addresses = policy::address_form::keyed_local,
                                             .address_key = "/etc/sealgate/a.key"}));
}

TEST(Config, AGatewayHasAHostsNameAndItsLogMayGoToDatabases) {
    EXPECT_FALSE(gateway_name(read(example).gateway).empty()) << "the machine's own";
    auto named = example;
    named.replace(named.find("gateway:\n"), sizeof "gateway:\n" - 1, "gateway:\n  name: MX1.Bücher.example\n");
    const auto [gateway, problems] =
        read(named + "audit: {sinks: [\"postgresql://mx1@127.0.0.1/a\", \"postgresql://mx1@127.0.0.1/b\"]}\n");
    EXPECT_THAT(problems, IsEmpty());
    EXPECT_EQ(gateway_name(gateway), "mx1.xn--bcher-kva.example");
    EXPECT_EQ(log_origin(gateway), "mx1.xn--bcher-kva.example/sealgate");
    ASSERT_EQ(gateway.audit.sinks.size(), 2u);
    EXPECT_EQ(read(example + "audit: {sinks: [\"postgresql://mx1@127.0.0.1/a\", \"postgresql://mx1@127.0.0.1/a\"]}\n")
                  .problems.size(),
              1u);
    EXPECT_EQ(read(example + "audit: {sinks: [nowhere]}\n").problems.size(), 1u);
    named.replace(named.find("MX1.B"), 5, "two words ");
    EXPECT_EQ(read(named).problems.size(), 1u);
}

TEST(Config, AFleetHasAKeyAndADatabase) {
    const auto with = example + "fleet: {key: fleet.key}\n";
    EXPECT_EQ(read(example).gateway.fleet_key, "");
    EXPECT_THAT(read(with + "audit: {sinks: [\"postgresql://mx1@127.0.0.1/a\"]}\n").problems, IsEmpty());
    EXPECT_EQ(read(with + "audit: {sinks: [\"postgresql://mx1@127.0.0.1/a\"]}\n").gateway.fleet_key, "/etc/sealgate/fleet.key");
    EXPECT_EQ(read(with).problems.size(), 1u) << "no database";
    EXPECT_EQ(read(with + "audit: {sinks: [\"syslog:tcp:127.0.0.1:514\"]}\n").problems.size(), 1u);
    EXPECT_EQ(read(example + "fleet: {}\n").problems.size(), 1u);
}

TEST(Config, TheJournalsLevelAndWhereMetricsAre) {
    const auto [usual, none] = read(example);
    EXPECT_EQ(usual.log_level, level::info);
    EXPECT_FALSE(usual.metrics);
    const auto with = [](std::string line) { return read(std::string(example).insert(example.find("  policy:"), line)); };
    EXPECT_EQ(with("  log: {level: warning}\n").gateway.log_level, level::warning);
    EXPECT_EQ(to_string(*with("  metrics: inet:127.0.0.1:9475\n").gateway.metrics), "inet:127.0.0.1:9475");
    EXPECT_EQ(to_string(*with("  metrics: unix:metrics.sock\n").gateway.metrics), "unix:/etc/sealgate/metrics.sock");
    const auto open_to_all = with("  metrics: inet:192.0.2.1:9475\n").problems;
    ASSERT_FALSE(open_to_all.empty());
    EXPECT_THAT(open_to_all[0].to_string(), HasSubstr("metrics are for this machine alone"));
    EXPECT_FALSE(with("  log: {level: wordy}\n").problems.empty());
}

TEST(Config, KeysAreWatchedForWhomTheSectionNames) {
    using std::chrono::days;
    EXPECT_THAT(read(example).gateway.watch.mail, IsEmpty());
    const auto usual = read(example + "keys: {watch: {mail: postmaster@example.org}}\n");
    EXPECT_THAT(usual.problems, IsEmpty());
    EXPECT_EQ(usual.gateway.watch.mail, std::vector{policy::parse_address("postmaster@example.org")});
    EXPECT_EQ(usual.gateway.watch.before, (std::vector<std::chrono::seconds>{days(30), days(7), days(1)}));
    const auto [gateway, problems] =
        read(example + "keys:\n  watch: {mail: [a@x.org, A@x.org, b@x.org], before: [14d, 36h]}\n");
    EXPECT_THAT(problems, IsEmpty());
    EXPECT_EQ(gateway.watch.mail.size(), 2u);
    EXPECT_EQ(gateway.watch.before, (std::vector<std::chrono::seconds>{days(14), std::chrono::hours(36)}));
}

TEST(Config, HeldMailIsToldToWhomTheSectionNames) {
    using namespace std::chrono_literals;
    const auto usual = read(example).gateway.held;
    EXPECT_THAT(usual.notify, IsEmpty());
    EXPECT_EQ(usual.remind, 24h);
    EXPECT_EQ(usual.expire, std::chrono::days(30));
    EXPECT_EQ(usual.submit, (inet_endpoint{"127.0.0.1", 25}));
    const auto [gateway, problems] =
        read(example + "held: {notify: [a@x.org, A@x.org], remind: 12h, expire: 7d, submit: \"[::1]:2525\"}\n");
    EXPECT_THAT(problems, IsEmpty());
    EXPECT_EQ(gateway.held.notify, std::vector{policy::parse_address("a@x.org")});
    EXPECT_EQ(gateway.held.remind, 12h);
    EXPECT_EQ(gateway.held.expire, std::chrono::days(7));
    EXPECT_EQ(gateway.held.submit, (inet_endpoint{"::1", 2525}));
}

TEST(Config, KeysAreLookedForWhereTheSectionSays) {
    using namespace std::chrono_literals;
    const auto usual = read(example).gateway.discover;
    EXPECT_TRUE(usual.wkd);
    EXPECT_EQ(usual.wait, 5s);
    EXPECT_EQ(usual.refresh, 24h);
    const auto [gateway, problems] =
        read(example + "keys:\n  discover: {wkd: false, wait: 2s, refresh: 7d, ca: lab.pem, proxy: "
                       "\"socks5h://127.0.0.1:9050\", allow: [10.0.0.0/8]}\n");
    EXPECT_THAT(problems, IsEmpty());
    EXPECT_FALSE(gateway.discover.wkd);
    EXPECT_EQ(gateway.discover.wait, 2s);
    EXPECT_EQ(gateway.discover.refresh, 7 * 24h);
    EXPECT_THAT(gateway.discover.ca, testing::EndsWith("/lab.pem"));
    EXPECT_EQ(gateway.discover.proxy, "socks5h://127.0.0.1:9050");
    EXPECT_THAT(gateway.discover.allow, testing::SizeIs(1));
    for (const auto* wrong :
         {"{wdk: true}", "{wait: 0s}", "{wait: 3m}", "{wait: soon}", "{allow: [10.0.0.1/8]}", "{wkd: perhaps}"})
        EXPECT_THAT(read(example + "keys: {discover: " + wrong + "}\n").problems, testing::SizeIs(1)) << wrong;
}

TEST(Config, NoKeyserverIsAskedUntilItIsNamed) {
    const auto usual = read(example).gateway.discover;
    EXPECT_THAT(usual.vks, IsEmpty());
    EXPECT_THAT(usual.hkp, IsEmpty());
    EXPECT_TRUE(usual.is_on()) << "wkd";
    discover_settings alone;
    alone.wkd = false;
    EXPECT_FALSE(alone.is_on());
    alone.hkp = {"keys.example"};
    EXPECT_TRUE(alone.is_on());
    alone.hkp.swap(alone.vks);
    EXPECT_TRUE(alone.is_on());
    const auto [gateway, problems] =
        read(example + "keys:\n  discover: {wkd: false, vks: [keys.openpgp.org, \"https://Keys.Example:443/\"], hkp: "
                       "[\"hkps://keyserver.example\", keys.openpgp.org]}\n");
    EXPECT_THAT(problems, IsEmpty());
    EXPECT_THAT(gateway.discover.vks, ElementsAre("keys.openpgp.org", "keys.example"));
    EXPECT_THAT(gateway.discover.hkp, ElementsAre("keyserver.example", "keys.openpgp.org"));
}

TEST(Config, AKeyserverThatCannotBeAskedIsToldWithItsPlace) {
    const auto said = [](const std::string& servers) {
        std::vector<std::string> out;
        for (const auto& problem : read(example + "keys:\n  discover: {vks: [" + servers + "]}\n").problems)
            out.push_back(problem.to_string());
        return out;
    };
    const auto lines = std::to_string(std::ranges::count(example, '\n') + 2);
    EXPECT_THAT(said("keys.example, keys.example:11371"),
                ElementsAre(AllOf(HasSubstr(":" + lines + ":34: "), HasSubstr("\"keys.example:11371\" is no keyserver"))));
    EXPECT_THAT(said("keys.example, \"hkps://KEYS.example\""),
                ElementsAre(HasSubstr("the keyserver keys.example is named twice")));
    EXPECT_THAT(said("\"[::1]\", 192.0.2.1, localhost, \"http://keys.example\", me@keys.example, keys.example/pks"),
                testing::SizeIs(6));
    const std::string many = "k1.example, k2.example, k3.example, k4.example, k5.example, k6.example, k7.example, k8.example";
    EXPECT_THAT(said(many), IsEmpty());
    EXPECT_THAT(said(many + ", k9.example"), ElementsAre(HasSubstr("9 keyservers; at most 8")));
    EXPECT_THAT(said("{keys.example: 1}"), testing::SizeIs(1));
}

TEST(Config, WhatIncomingMailTeachesIsProposedUnlessTheSectionSaysOtherwise) {
    const auto usual = read(example).gateway.learn;
    EXPECT_EQ(usual.autocrypt, learn_action::propose);
    EXPECT_EQ(usual.attached, learn_action::propose);
    EXPECT_THAT(usual.authserv_ids, IsEmpty());
    const auto one = read(example + "keys: {learn: {autocrypt: ignore, authserv_id: mx.example.org}}\n");
    EXPECT_THAT(one.problems, IsEmpty());
    EXPECT_EQ(one.gateway.learn.autocrypt, learn_action::ignore);
    EXPECT_EQ(one.gateway.learn.attached, learn_action::propose);
    EXPECT_EQ(one.gateway.learn.authserv_ids, std::vector<std::string>{"mx.example.org"});
    const auto several = read(example + "keys: {learn: {attached: ignore, authserv_id: [mx1.example.org, mx2.example.org]}}\n");
    EXPECT_EQ(several.gateway.learn.attached, learn_action::ignore);
    EXPECT_EQ(several.gateway.learn.authserv_ids, (std::vector<std::string>{"mx1.example.org", "mx2.example.org"}));
    for (const auto* wrong : {"{autocrypt: use}", "{attached: true}", "{gossip: propose}", "{authserv_id: []}",
                              "{authserv_id: ''}", "{authserv_id: 'mx; dkim=pass'}"})
        EXPECT_THAT(read(example + "keys: {learn: " + wrong + "}\n").problems, testing::SizeIs(1)) << wrong;
}

TEST(Config, LimitsAreSensibleWithoutTheirKeys) {
    EXPECT_THAT(
        errors_after("  limits: {message_size: 50MiB, connections: 1000, crypto_workers: auto, copies: 2GiB, memory: 64MiB}\n",
                     ""),
        IsEmpty());
    EXPECT_EQ(limits{}.copies, std::size_t{1} << 30);
    EXPECT_EQ(limits{}.largest_message(), std::size_t{50} << 20);
    EXPECT_EQ(limits{.memory = 16u << 20}.largest_message(), std::size_t{4} << 20);
}

TEST(Config, ListenTakesAList) {
    EXPECT_THAT(errors_after("unix:/run/sealgate/milter.sock", "[\"unix:a.sock\", \"inet:127.0.0.1:8894\"]"), IsEmpty());
}

TEST(Config, EveryMistakeIsToldWithItsPlace) {
    const std::pair<std::string, std::string> changes[] = {
        {"unix:/run/sealgate/milter.sock", "inet:8894@127.0.0.1"},
        {"mode: enforce", "mode: enforced"},
        {"mode: enforce", "mdoe: enforce"},
        {"authenticated: true", "own_sender: true"},
        {"50MiB", "50 apples"},
        {"connections: 1000", "connections: 0"},
        {"copies: 2GiB", "copies: 1"},
        {"copies: 2GiB", "copie: 1GiB"},
        {"memory: 64MiB", "memory: 1MiB"},
        {"127.0.0.0/8", "127.0.0.1/8"},
        {"127.0.0.0/8", "127.0.0.0/33"},
        {"submit: 127.0.0.1:10025", "submit: 127.0.0.1"},
        {"  state: /var/lib/sealgate\n", ""},
        {"authenticated: true\n    networks: [127.0.0.0/8, \"::1/128\"]", "authenticated: false\n    own_senders: false"},
        {"gateway:", "audit: {addresses: keyed}\ngateway:"},
        {"gateway:", "audit: {rotate: {size: 1}}\ngateway:"},
        {"gateway:", "audit: {checkpoint_every: {record: 1}}\ngateway:"},
        {"gateway:", "keys: {wacth: {mail: [a@x.org]}}\ngateway:"},
        {"gateway:", "keys: {watch: {before: [30d]}}\ngateway:"},
        {"gateway:", "keys: {watch: {mail: []}}\ngateway:"},
        {"gateway:", "keys: {watch: {mail: [a@x.org, postmaster]}}\ngateway:"},
        {"gateway:", "keys: {watch: {mail: [\"a b@x.org\"]}}\ngateway:"},
        {"gateway:", "keys: {watch: {mail: [a@x.org], before: [30d, soon]}}\ngateway:"},
        {"gateway:", "keys: {watch: {mail: [a@x.org], before: [1m]}}\ngateway:"},
        {"gateway:", "keys: {watch: {mail: [a@x.org], before: []}}\ngateway:"},
        {"gateway:", "held: {notify: []}\ngateway:"},
        {"gateway:", "held: {notfy: [a@x.org]}\ngateway:"},
        {"gateway:", "held: {remind: 2d, expire: 1d}\ngateway:"},
        {"gateway:", "held: {submit: 25}\ngateway:"},
    };
    const std::string errors[] = {
        ":2:11: \"inet:8894@127.0.0.1\" is libmilter's spelling",
        ":6:9: \"enforced\" is none of: enforce, monitor; did you mean \"enforce\"?",
        ":6:3: unknown key \"mdoe\" in \"gateway\"; did you mean \"mode\"?",
        ":8:5: unknown key \"own_sender\" in \"outgoing\"; did you mean \"own_senders\"?",
        ":10:26: expected a size such as 50MiB or 10KiB, found \"50 apples\"",
        ":10:46: must be from 1 to 100000",
        ":10:82: must be from 1024 to",
        ":10:74: unknown key \"copie\" in \"limits\"; did you mean \"copies\"?",
        ":10:96: must be from 8388608 to",
        ":9:16: \"127.0.0.1/8\" has bits set behind its prefix length",
        ":9:16: \"127.0.0.0/33\" has no prefix length from 0 to 32",
        ":5:11: \"127.0.0.1\" is not HOST:PORT",
        "\"state\" is missing in \"gateway\"",
        "nothing counts as outgoing",
        ":1:20: keyed addresses need audit.address_key",
        ":1:24: must be from 1024 to",
        ":1:28: unknown key \"record\" in \"audit.checkpoint_every\"; did you mean \"records\"?",
        ":1:8: unknown key \"wacth\" in \"keys\"; did you mean \"watch\"?",
        ":1:15: \"mail\" is missing in \"keys.watch\"",
        ":1:22: nobody to write to",
        ":1:32: \"postmaster\" is no mail address",
        ":1:23: \"a b@x.org\" is no mail address",
        ":1:47: expected a time such as 30d or 12h, found \"soon\"",
        ":1:42: must be from 1h to 3660d",
        ":1:41: no time before the end is named",
        ":1:16: nobody to write to; leave held.notify out",
        ":1:8: unknown key \"notfy\" in \"held\"; did you mean \"notify\"?",
        ":1:7: held.expire must be longer than held.remind",
        ":1:16: \"25\" is not HOST:PORT",
    };
    for (std::size_t i = 0; i < std::size(changes); ++i)
        EXPECT_THAT(errors_after(changes[i].first, changes[i].second), Contains(HasSubstr(errors[i])));
}

TEST(Config, AnEmptyPathIsOneMistake) {
    for (const std::string key : {"policy: policy.yaml", "state: /var/lib/sealgate"}) {
        const auto errors = errors_after(key, key.substr(0, key.find(':')) + ": ''");
        EXPECT_THAT(errors, ElementsAre(HasSubstr("a path must not be empty")));
    }
    auto empty = example;
    empty.replace(empty.find("policy.yaml"), 11, "''");
    EXPECT_EQ(read(empty).gateway.policy_path, "") << "nothing is read beside sealgate.yaml";
}

TEST(Endpoint, IsPostfixsSpelling) {
    EXPECT_EQ(to_string(*parse_endpoint("inet:[::1]:8894")), "inet:[::1]:8894");
    EXPECT_EQ(to_string(*parse_endpoint("inet:localhost:8894")), "inet:127.0.0.1:8894");
    EXPECT_EQ(to_string(*parse_endpoint("local:/a")), "unix:/a");
    for (const auto* bad : {"", "/a", "unix:", "inet:8894", "inet:host:x", "inet:127.0.0.1:0", "inet:127.0.0.1:65536"})
        EXPECT_FALSE(parse_endpoint(bad)) << bad;
    EXPECT_FALSE(parse_endpoint("unix:/" + std::string(200, 'a')));
}

TEST(Config, SendersOfOursAreOutgoingUnlessItSaysOtherwise) {
    EXPECT_TRUE(read(example).gateway.outgoing.own_senders);
    auto text = example;
    EXPECT_FALSE(read(text.insert(text.find("    networks:"), "    own_senders: false\n")).gateway.outgoing.own_senders);
}

TEST(Network, PrefixesEndInsideAnOctetToo) {
    const auto net = *parse_network("10.128.0.0/9");
    EXPECT_TRUE(contains(net, "10.129.1.1"));
    EXPECT_FALSE(contains(net, "10.1.1.1"));
    EXPECT_TRUE(contains(*parse_network("0.0.0.0/0"), "203.0.113.9"));
    EXPECT_FALSE(contains(*parse_network("0.0.0.0/0"), "2001:db8::1"));
    EXPECT_TRUE(contains(*parse_network("192.0.2.7"), "192.0.2.7"));
}

} // namespace
} // namespace sealgate::milter
