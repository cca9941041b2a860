// What a Postfix lacks for the gateway, planned for the ways in which people have it: and taken out to the same end.
#include "milter/postfix/plan.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace sealgate::milter {
namespace {

constexpr std::string_view debian =
    "smtp inet n - y - - smtpd\npickup unix n - y 60 1 pickup\ncleanup unix n - y - 0 cleanup\n";

struct server {
    std::string set = {}, services = std::string(debian), own = {};

    // As postconf would print it, with $names of one step put in.
    postfix_configuration read() const {
        postfix_configuration out{.directory = "/etc/postfix",
                                  .set = parse_parameters(set),
                                  .in_force =
                                      parse_parameters("queue_directory = /var/spool/postfix\nmessage_size_limit = 10240000\n"
                                                       "mailbox_size_limit = 51200000\nbounce_size_limit = 50000\n"),
                                  .services = parse_services(services, own, own).value()};
        for (const auto& [name, value] : out.set) {
            auto put_in = value;
            for (const auto& [other, of_other] : out.set)
                if (const auto at = put_in.find("$" + other); at != std::string::npos)
                    put_in.replace(at, other.size() + 1, of_other);
            out.in_force.insert_or_assign(name, put_in);
        }
        return out;
    }

    // As postconf would leave it.
    void make(const std::vector<postfix_edit>& edits) {
        auto parameters = parse_parameters(set);
        for (const auto& one : edits) {
            if (one.where != postfix_edit::place::parameter) continue;
            if (one.after)
                parameters.insert_or_assign(one.key, *one.after);
            else
                parameters.erase(one.key);
        }
        set.clear();
        for (const auto& [name, value] : parameters) set += name + " = " + value + "\n";
        for (const auto& one : edits)
            if (one.where == postfix_edit::place::service) services = std::string(debian) + one.after.value_or("") + "\n";
    }
};

const installation_wish wish{.listen = {unix_endpoint{"/var/spool/postfix/sealgate/milter.sock"}},
                             .submit = {.address = "127.0.0.1", .port = 10025},
                             .largest_message = 10'240'000};

std::optional<std::string> planned(const postfix_plan& plan, std::string_view key) {
    const auto found = std::ranges::find(plan.edits, key, &postfix_edit::key);
    return found == plan.edits.end() ? std::nullopt : found->after;
}

TEST(InstallationPlan, OfAFreshPostfixHasAllOfIt) {
    const auto plan = plan_installation(server().read(), wish);
    ASSERT_TRUE(plan);
    EXPECT_TRUE(planned(*plan, "sealgate_milters")->starts_with("{ unix:sealgate/milter.sock, default_action=tempfail"));
    EXPECT_EQ(plan->edits.front().key, "sealgate_milters") << "a name stands there before it is used";
    EXPECT_EQ(planned(*plan, "smtpd_milters"), "$sealgate_milters");
    EXPECT_EQ(planned(*plan, "non_smtpd_milters"), "$sealgate_milters");
    EXPECT_EQ(planned(*plan, "message_size_limit"), "14336000");
    EXPECT_EQ(planned(*plan, "mailbox_size_limit"), std::nullopt);
    EXPECT_EQ(planned(*plan, "bounce_size_limit"), "1");
    EXPECT_TRUE(planned(*plan, "127.0.0.1:10025/inet")->starts_with("127.0.0.1:10025 inet n - y - - smtpd -o "));
    EXPECT_TRUE(plan->remarks.empty());
}

TEST(InstallationPlan, OnceMadeItIsEmptyAndItsWayBackLeadsToTheBeginning) {
    server mail{.set = "smtpd_milters = unix:opendkim/x.sock\nmyhostname = m.example.org\n"};
    const auto before = mail.read().set;
    const auto plan = plan_installation(mail.read(), wish).value();
    mail.make(plan.edits);
    EXPECT_EQ(mail.read().set.at("smtpd_milters"), "$sealgate_milters, unix:opendkim/x.sock");
    EXPECT_EQ(mail.read().set.at("sealgate_signing_milters"), "unix:opendkim/x.sock");
    EXPECT_TRUE(plan_installation(mail.read(), wish)->edits.empty());
    auto with_record = mail;
    with_record.make(plan_removal(mail.read(), postfix_record{.edits = plan.edits, .main_cf = {}, .master_cf = {}}).edits);
    EXPECT_EQ(with_record.read().set, before);
    EXPECT_EQ(with_record.read().services.size(), 3U);
    mail.make(plan_removal(mail.read(), std::nullopt).edits);
    EXPECT_EQ(mail.read().set.at("smtpd_milters"), "unix:opendkim/x.sock");
    EXPECT_FALSE(mail.read().set.contains("sealgate_milters") || mail.read().set.contains("non_smtpd_milters"));
    EXPECT_EQ(mail.read().services.size(), 3U);
}

TEST(InstallationPlan, LeavesAloneWhatSomebodyHasDoneWell) {
    const server mail{
        .set = "mine = unix:sealgate/milter.sock\nsmtpd_milters = $mine\nnon_smtpd_milters = $mine\nbounce_size_limit = 1\n"
               "message_strip_characters = \\0\nmessage_size_limit = 0\n",
        .services = std::string(debian) + "10025 inet n - y - - smtpd -o smtpd_milters=\n",
        .own = "10025/inet/smtpd_milters =\n"};
    const auto plan = plan_installation(mail.read(), wish).value();
    EXPECT_TRUE(plan.edits.empty()) << plan.edits.front().key;
    EXPECT_EQ(plan.remarks.size(), 1U);
}

TEST(InstallationPlan, AServiceWithMiltersOfItsOwnGetsIt) {
    const server mail{.set = {},
                      .services = std::string(debian) +
                                  "submission inet n - y - - smtpd -o smtpd_milters=unix:opendkim/x\n"
                                  "10027 inet n - y - - smtpd -o smtpd_milters=\n"
                                  "127.0.0.1:10026 inet n - y - - smtpd -o content_filter= -o smtpd_milters=unix:opendkim/x\n",
                      .own = "submission/inet/smtpd_milters = unix:opendkim/x\n10027/inet/smtpd_milters =\n"
                             "127.0.0.1:10026/inet/smtpd_milters = unix:opendkim/x\n127.0.0.1:10026/inet/content_filter =\n"};
    const auto plan = plan_installation(mail.read(), wish).value();
    EXPECT_EQ(planned(plan, "submission/inet/smtpd_milters"), "$sealgate_milters, unix:opendkim/x");
    EXPECT_EQ(planned(plan, "127.0.0.1:10026/inet/smtpd_milters"), std::nullopt);
    ASSERT_EQ(plan.remarks.size(), 1U) << "who has closed a door to milters may have meant it";
    EXPECT_NE(plan.remarks[0].find("10027/inet"), std::string::npos);
}

TEST(InstallationPlan, NamesASocketThatNoChrootedDaemonFinds) {
    auto elsewhere = wish;
    elsewhere.listen = {unix_endpoint{"/run/sealgate/milter.sock"}};
    const auto plan = plan_installation(server().read(), elsewhere);
    ASSERT_FALSE(plan);
    EXPECT_NE(plan.error().find("unix:/var/spool/postfix/sealgate/milter.sock"), std::string::npos);
    const server unchrooted{.set = {}, .services = "smtp inet n - n - - smtpd\ncleanup unix n - - - 0 cleanup\n"};
    EXPECT_TRUE(planned(*plan_installation(unchrooted.read(), elsewhere), "sealgate_milters")
                    ->contains("unix:/run/sealgate/milter.sock"));
    elsewhere.listen.push_back(inet_endpoint{.address = "127.0.0.1", .port = 8894});
    EXPECT_TRUE(planned(*plan_installation(server().read(), elsewhere), "sealgate_milters")->contains("inet:127.0.0.1:8894"));
}

TEST(RemovalPlan, SaysWhatItLeaves) {
    server mail;
    const auto plan = plan_installation(mail.read(), wish).value();
    mail.make(plan.edits);
    mail.set += "bounce_size_limit = 9\nsmtpd_milters = inet:a:1, $sealgate_milters\n";
    const auto removal = plan_removal(mail.read(), postfix_record{.edits = plan.edits, .main_cf = {}, .master_cf = {}});
    EXPECT_EQ(planned(removal, "smtpd_milters"), "inet:a:1");
    ASSERT_EQ(removal.remarks.size(), 1U);
    EXPECT_NE(removal.remarks[0].find("bounce_size_limit"), std::string::npos);
    EXPECT_TRUE(plan_removal(server().read(), std::nullopt).edits.empty());
}

} // namespace
} // namespace sealgate::milter
