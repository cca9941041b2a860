// The files that setup writes load without an error, say what was answered, and keep nobody's placeholder.
#include "milter/installation/builtin_templates.hpp"
#include "milter/installation/first_files.hpp"
#include "milter/settings/config.hpp"
#include "policy/load/policy.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace sealgate::milter {
namespace {

const setup_answers answers{
    .domains = {"north.example", "bücher.example"}, .from = "it+mail@north.example", .mode = policy::mode::enforce};

setup_facts facts() {
    return {.socket = "/var/spool/postfix/sealgate/milter.sock",
            .state = "/var/lib/sealgate",
            .submit = {.address = "::1", .port = 10027},
            .held_submit = {.address = "127.0.0.1", .port = 25},
            .networks = {"127.0.0.0/8", "::1/128", "10.0.0.0/8"},
            .message_size = 10'240'000};
}

std::expected<std::string, std::string> read(const std::string& path) {
    const auto name = path.substr(path.rfind('/') + 1);
    if (name == "sealgate.yaml") return first_gateway_file(answers, facts());
    if (name == "policy.yaml") return first_policy_file(answers);
    const auto found = std::ranges::find(builtin_templates(), name, &builtin_template::name);
    if (found == builtin_templates().end()) return std::unexpected("no such file");
    return std::string(found->content);
}

TEST(FirstFiles, LoadAndSayWhatWasAnswered) {
    const auto [gateway, problems] = load_config("/etc/sealgate/sealgate.yaml", read);
    for (const auto& one : problems) ADD_FAILURE() << one.to_string();
    EXPECT_EQ(gateway.mode, policy::mode::enforce);
    EXPECT_EQ(gateway.listen, (std::vector<endpoint>{unix_endpoint{"/var/spool/postfix/sealgate/milter.sock"}}));
    EXPECT_EQ(gateway.submit, (inet_endpoint{.address = "::1", .port = 10027}));
    EXPECT_EQ(gateway.outgoing.networks.size(), 3U);
    EXPECT_EQ(gateway.limits.message_size, 10'240'000U);
    ASSERT_EQ(gateway.held.notify.size(), 1U);
    EXPECT_EQ(gateway.held.notify[0].spelled, answers.from);
    EXPECT_EQ(gateway.watch.mail.size(), 1U);
    const auto rules = policy::load_policy("/etc/sealgate/policy.yaml", read);
    ASSERT_TRUE(rules) << rules.error().front().to_string();
    EXPECT_EQ(rules->tiers.domains_in(rules->tiers.organisation()), 2U);
    EXPECT_EQ(rules->notices.from.spelled, answers.from);
    EXPECT_EQ(rules->notices.help, "");
}

TEST(FirstFiles, AreKnownAsUnchanged) {
    const auto written = with_mark("a\nb\n");
    EXPECT_TRUE(is_unchanged_since_setup(written));
    for (std::size_t i = 0; i < written.size(); ++i) {
        auto changed = written;
        changed[i] = '~';
        EXPECT_FALSE(is_unchanged_since_setup(changed)) << i;
    }
    for (const auto* other : {"", "\n", "# Written by sealgate setup (\n"}) EXPECT_FALSE(is_unchanged_since_setup(other));
}

TEST(FirstFiles, TakeNothingThatIsNoDomainOrAddress) {
    EXPECT_EQ(read_domain(" North.Example "), "north.example");
    EXPECT_EQ(read_domain("bücher.example"), "bücher.example");
    for (const auto* typed :
         {"", "x", ".x.org", "x.org.", "a..b", "a b.org", "x.org]", "x.org, y.org", "x.org\ny", "-x.org", "\xff.org"})
        EXPECT_FALSE(read_domain(typed)) << typed;
    EXPECT_EQ(read_mail_address("a.b+c@x.org"), "a.b+c@x.org");
    for (const auto* typed : {"", "a", "@x.org", "a@x", "a b@x.org", "a\"@x.org", "a@b@x.org", "*a@x.org", "a]: b@x.org"})
        EXPECT_FALSE(read_mail_address(typed)) << typed;
}

} // namespace
} // namespace sealgate::milter
