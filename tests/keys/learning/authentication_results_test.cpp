// Results are read as RFC 8601 has them, only those of our own server count, and nobody can put words into them.
#include "keys/learning/authentication_results.hpp"

#include <gmock/gmock.h>

#include <chrono>

namespace sealgate::keys {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::string in_one_line(const authentication_result& one) {
    auto out = one.method + "=" + one.result;
    for (const auto& [name, value] : one.properties) out += " " + name + "=" + value;
    return out;
}

std::vector<std::string> read_results(std::string_view value) {
    const auto read = read_authentication_results(value);
    if (!read) return {"void"};
    std::vector<std::string> out{read->authserv_id};
    for (const auto& one : read->results) out.push_back(in_one_line(one));
    return out;
}

TEST(AuthenticationResults, AreReadAsServersWriteThem) {
    EXPECT_THAT(read_results(" mx.our.test;\n\tdkim=pass (2048-bit key; unprotected) header.d=a.example header.i=@a.example "
                             "header.a=rsa-sha256 header.s=lab header.b=\"Ab/d+EfG\""),
                ElementsAre("mx.our.test", "dkim=pass header.d=a.example header.i=@a.example header.a=rsa-sha256 header.s=lab "
                                           "header.b=Ab/d+EfG"));
    EXPECT_THAT(read_results("mx.our.test; dmarc=pass (p=reject dis=none) header.from=a.example"),
                ElementsAre("mx.our.test", "dmarc=pass header.from=a.example"));
    EXPECT_THAT(read_results("mx 1; dkim=pass reason=\"good; dkim=fail\" header.d=a; spf=PASS smtp.mailfrom=ann@a.example;"),
                ElementsAre("mx", "dkim=pass header.d=a", "spf=pass smtp.mailfrom=ann@a.example"));
    EXPECT_THAT(read_results("\"mx\"; dkim/1 = pass header . D = A; dkim=fail header.b=abc/d=="),
                ElementsAre("mx", "dkim=pass header.d=A", "dkim=fail header.b=abc/d=="));
    EXPECT_THAT(read_results("mx (a (nested \\) one) \" here); (x) dkim (y) = (z) pass (; dkim=fail) header.d(.)=(.)a"),
                ElementsAre("mx", "dkim=pass header.d=a"));
    EXPECT_THAT(read_results("mx; none"), ElementsAre("mx"));
    EXPECT_THAT(read_results("mx"), ElementsAre("mx"));
    EXPECT_THAT(read_results("mx; dmarc=pass action=none header.from=a"), ElementsAre("mx", "dmarc=pass header.from=a"));
}

TEST(AuthenticationResults, WhatIsBrokenSaysNothing) {
    for (const auto* const broken : {"", ";", "mx; dkim=pass (never closed", "mx; dkim=pass \"never closed", "mx; dkim=pass )",
                                     "mx 2; dkim=pass", "mx dkim=pass", "mx; dkim=pass \"ends with \\\""})
        EXPECT_THAT(read_results(broken), ElementsAre("void")) << broken;
    for (const auto* const useless :
         {"mx; dkim=pass header.d=a header.d=b", "mx; dkim/2=pass header.d=a", "mx; dkim", "mx; =pass", "mx; dkim pass=x",
          "mx; dkim=pass header.d", "mx; dkim=pass header.d=a stray"})
        EXPECT_THAT(read_results(useless), ElementsAre("mx")) << useless;
    EXPECT_THAT(read_results("mx; dkim=pass header.d=a \"; dkim=pass header.d=b\"; spf=pass"), ElementsAre("mx", "spf=pass"))
        << "what a quoted string holds is no result";
}

TEST(AuthenticationResults, OfOursStandAboveTheFirstReceived) {
    const std::vector<std::string> ours{"mx.our.test", "old.our.test"};
    const policy::message mail{.fields = {{"Authentication-Results", " mx.our.test; dkim=pass header.d=a"},
                                          {"authentication-results", " OLD.our.test; dkim=pass header.d=b"},
                                          {"Authentication-Results", " mx.other.test; dkim=pass header.d=c"},
                                          {"X-Authentication-Results", " mx.our.test; dkim=pass header.d=d"},
                                          {"ARC-Authentication-Results", " i=1; mx.our.test; dkim=pass header.d=e"},
                                          {"received", " from a"},
                                          {"Authentication-Results", " mx.our.test; dkim=pass header.d=f"}},
                               .body = {}};
    std::vector<std::string> found;
    for (const auto& one : results_of_ours(mail, ours)) found.push_back(in_one_line(one));
    EXPECT_THAT(found, ElementsAre("dkim=pass header.d=a", "dkim=pass header.d=b"));
    EXPECT_THAT(results_of_ours(mail, {}), IsEmpty());
}

TEST(AuthenticationResults, ManyAndDeepOnesTakeLinearTime) {
    const auto repeated = [](std::string_view what, std::size_t times) {
        std::string out;
        while (times-- > 0) out += what;
        return out;
    };
    const auto began = std::chrono::steady_clock::now();
    EXPECT_THAT(read_results("mx; " + repeated("(", 1'000'000)), ElementsAre("void"));
    EXPECT_THAT(read_results("mx; dkim=pass" + repeated(" header.d=a", 100'000)), ElementsAre("mx"));
    EXPECT_THAT(read_results("mx; dkim=pass" + repeated(" (a) \"b\"", 100'000)), ElementsAre("mx"));
    EXPECT_EQ(read_results("mx" + repeated("; dkim=pass", 100'000)).size(), 100'001);
    EXPECT_THAT(read_results("mx" + repeated("; ", 300'000)), ElementsAre("mx"));
    EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(5));
}

} // namespace
} // namespace sealgate::keys
