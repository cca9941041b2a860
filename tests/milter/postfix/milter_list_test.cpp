// Where the gateway belongs in a list of milters, however the list is spelled, and whether a socket's path leads there.
#include "milter/postfix/milter_list.hpp"

#include <gtest/gtest.h>

namespace sealgate::milter {
namespace {

constexpr std::string_view queue = "/var/spool/postfix";

milter_roles roles() {
    return {{unix_endpoint{"/var/spool/postfix/sealgate/milter.sock"}, inet_endpoint{.address = "127.0.0.1", .port = 8894}},
            std::string(queue)};
}

TEST(MilterList, APathIsWhatADaemonSees) {
    EXPECT_EQ(socket_path("unix:sealgate/milter.sock", true, queue), "/var/spool/postfix/sealgate/milter.sock");
    EXPECT_EQ(socket_path("unix:sealgate/milter.sock", false, queue), "/var/spool/postfix/sealgate/milter.sock");
    EXPECT_EQ(socket_path("unix:/run/x.sock", true, queue), "/var/spool/postfix/run/x.sock");
    EXPECT_EQ(socket_path("local:/run/x.sock", false, queue), "/run/x.sock");
    EXPECT_EQ(socket_path("inet:127.0.0.1:1", false, queue), std::nullopt);
    EXPECT_EQ(endpoint_for(unix_endpoint{"/var/spool/postfix/sealgate/milter.sock"}, queue), "unix:sealgate/milter.sock");
    EXPECT_EQ(endpoint_for(unix_endpoint{"/var/spool/postfix-2/milter.sock"}, queue), std::nullopt);
    EXPECT_EQ(endpoint_for(inet_endpoint{.address = "127.0.0.1", .port = 8894}, queue), "inet:127.0.0.1:8894");
}

TEST(MilterList, TheGatewayIsKnownByWhereItListens) {
    for (const auto* spelled : {"unix:sealgate/milter.sock", "unix:/var/spool/postfix/sealgate/milter.sock",
                                "unix:/sealgate/milter.sock", "inet:127.0.0.1:8894", "inet:localhost:8894"})
        EXPECT_TRUE(roles().has_gateway(std::string("inet:a:1, { ") + spelled + ", default_action=accept }")) << spelled;
    for (const auto* spelled : {"unix:sealgate/other.sock", "inet:127.0.0.1:8895", "nonsense", "", "unix:", "inet:"})
        EXPECT_FALSE(roles().has_gateway(spelled)) << spelled;
    EXPECT_EQ(parse_milter("{ unix:a, connect_timeout=3s default_action=accept }"),
              (listed_milter{.endpoint = "unix:a", .default_action = "accept"}));
    EXPECT_EQ(parse_milter("{"), listed_milter{});
}

TEST(MilterList, ItIsPutBeforeWhatSigns) {
    const postfix_parameters known{{"dkim", "inet:localhost:8891"},
                                   {"verify", "unix:opendkim/verify.sock"},
                                   {"clamav", "unix:clamav/milter.sock"},
                                   {"filters", "unix:clamav/milter.sock, unix:rspamd/milter.sock"},
                                   {"loop", "$loop"}};
    const auto with = [&](std::string_view list) { return roles().with_gateway(list, known); };
    EXPECT_EQ(with(""), "$sealgate_milters");
    EXPECT_EQ(with("$clamav"), "$clamav, $sealgate_milters");
    EXPECT_EQ(with("$verify, $clamav ${dkim} unix:opendmarc/x"),
              "$verify, $clamav, $sealgate_milters, ${dkim}, unix:opendmarc/x");
    EXPECT_EQ(with("$filters"), "$sealgate_milters, $filters");
    EXPECT_EQ(with("{ inet:127.0.0.1:11332, default_action=accept }"),
              "$sealgate_milters, { inet:127.0.0.1:11332, default_action=accept }");
    EXPECT_EQ(with("$dkim, $sealgate_milters"), "$sealgate_milters, $dkim");
    EXPECT_EQ(with("$dkim, unix:sealgate/milter.sock"), "$sealgate_milters, $dkim");
    EXPECT_EQ(with("$loop"), "$loop, $sealgate_milters");
}

TEST(MilterList, ANameThatStandsForTheGatewayAndOthersStays) {
    const postfix_parameters known{{"smtpd_milters", "$sealgate_milters, inet:localhost:8891"}};
    EXPECT_EQ(roles().with_gateway("$smtpd_milters", known), "$smtpd_milters");
    EXPECT_EQ(roles().without_gateway("$smtpd_milters", known), "$smtpd_milters");
}

TEST(MilterList, OthersStayWhereItIsTakenOut) {
    EXPECT_EQ(roles().without_gateway("a, $sealgate_milters, { b, c=d }", {}), "a, { b, c=d }");
    EXPECT_EQ(roles().without_gateway("$sealgate_milters", {}), "");
    EXPECT_EQ(roles().signers_of("unix:clamav/x, $sealgate_milters, unix:opendkim/x, inet:127.0.0.1:8891", {}),
              "unix:opendkim/x, inet:127.0.0.1:8891");
}

TEST(MilterList, ItsOrderIsSeen) {
    EXPECT_TRUE(roles().is_before_signers("unix:x, inet:127.0.0.1:8894, unix:opendkim/x"));
    EXPECT_FALSE(roles().is_before_signers("unix:opendkim/x, inet:127.0.0.1:8894"));
    EXPECT_TRUE(roles().is_before_signers("unix:opendkim/verify.sock, inet:127.0.0.1:8894"));
}

TEST(MilterList, LosesItsBlanksForMasterCf) {
    EXPECT_EQ(without_blanks("{ inet:localhost:8891, default_action=accept }, $b"),
              "{inet:localhost:8891,default_action=accept},$b");
    EXPECT_EQ(without_blanks("a b ,c"), "a,b,c");
    EXPECT_EQ(without_blanks(" a "), "a");
    EXPECT_EQ(without_blanks("{ a b=c }"), "{a,b=c}");
}

} // namespace
} // namespace sealgate::milter
