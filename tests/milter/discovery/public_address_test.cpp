// Which addresses strangers may send this machine to.
#include "milter/discovery/public_address.hpp"

#include <gtest/gtest.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/un.h>

namespace sealgate::milter {
namespace {

ip_address address(const std::string& spelled) {
    const bool is_v4 = !spelled.contains(':');
    ip_address out(is_v4 ? 4 : 16);
    EXPECT_EQ(::inet_pton(is_v4 ? AF_INET : AF_INET6, spelled.c_str(), out.data()), 1) << spelled;
    return out;
}

TEST(PublicAddress, IsOfTheInternet) {
    for (const auto* one :
         {"1.0.0.0",       "9.255.255.255",        "11.0.0.0",        "100.63.255.255", "100.128.0.0",     "126.255.255.255",
          "128.0.0.0",     "169.253.255.255",      "169.255.0.0",     "172.15.255.255", "172.32.0.0",      "192.0.1.0",
          "192.0.3.0",     "192.88.98.0",          "192.167.255.255", "192.169.0.0",    "198.17.255.255",  "198.20.0.0",
          "198.51.99.255", "198.51.101.0",         "203.0.112.255",   "203.0.114.0",    "223.255.255.255", "2000::1",
          "2001:200::1",   "2001:4860:4860::8888", "2003::1",         "2a00:1450::1",   "3ffe:ffff::1",    "3fff:1000::1"})
        EXPECT_TRUE(is_public(address(one))) << one;
}

TEST(PublicAddress, IsNotOfThisNetworkOrForSpecialPurposes) {
    for (const auto* one :
         {"0.0.0.0",       "0.255.255.255",   "10.0.0.0",        "10.255.255.255", "100.64.0.0",     "100.127.255.255",
          "127.0.0.1",     "127.255.255.255", "169.254.169.254", "172.16.0.0",     "172.31.255.255", "192.0.0.8",
          "192.0.2.1",     "192.88.99.1",     "192.168.0.1",     "198.18.0.0",     "198.19.255.255", "198.51.100.1",
          "203.0.113.255", "224.0.0.1",       "239.255.255.255", "240.0.0.1",      "255.255.255.255"})
        EXPECT_FALSE(is_public(address(one))) << one;
    for (const auto* one :
         {"::", "::1", "::7f00:1", "64:ff9b:1::1", "100::1", "1fff::1", "2001::1", "2001:1ff:ffff::1", "2001:db8::1", "3fff::1",
          "3fff:fff::1", "4000::1", "5f00::1", "fc00::1", "fd12:3456::1", "fe80::1", "fec0::1", "ff02::1"})
        EXPECT_FALSE(is_public(address(one))) << one;
}

TEST(PublicAddress, AnAddressInsideAnotherIsJudgedByItself) {
    for (const auto* one : {"::ffff:9.9.9.9", "64:ff9b::9.9.9.9", "2002:909:909::1"})
        EXPECT_TRUE(is_public(address(one))) << one;
    for (const auto* one : {"::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::127.0.0.1", "64:ff9b::192.168.1.1",
                            "2002:7f00:1::1", "2002:c0a8:101::1", "2002:a9fe:a9fe::"})
        EXPECT_FALSE(is_public(address(one))) << one;
}

TEST(PublicAddress, WhatIsNoAddressIsNotPublic) {
    EXPECT_FALSE(is_public({}));
    EXPECT_FALSE(is_public(ip_address(5, 9)));
    EXPECT_FALSE(may_be_asked({}, {*parse_network("0.0.0.0/0"), *parse_network("::/0")}));
}

TEST(PublicAddress, NetworksMayBeAllowedThatAreNot) {
    const std::vector allowed{*parse_network("198.51.100.0/24"), *parse_network("fd00::/16")};
    for (const auto* one : {"198.51.100.7", "::ffff:198.51.100.7", "64:ff9b::198.51.100.7", "fd00::7", "9.9.9.9"})
        EXPECT_TRUE(may_be_asked(address(one), allowed)) << one;
    for (const auto* one : {"198.51.101.7", "fd01::7"})
        EXPECT_EQ(may_be_asked(address(one), allowed), is_public(address(one))) << one;
    EXPECT_FALSE(may_be_asked(address("127.0.0.1"), allowed));
    EXPECT_FALSE(may_be_asked(address("198.51.100.7"), {}));
}

TEST(PublicAddress, IsReadFromWhatIsConnectedTo) {
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    ::inet_pton(AF_INET, "192.0.2.1", &v4.sin_addr);
    EXPECT_EQ(address_of(reinterpret_cast<const sockaddr&>(v4)), address("192.0.2.1"));
    sockaddr_in6 v6{};
    v6.sin6_family = AF_INET6;
    ::inet_pton(AF_INET6, "2001:db8::1", &v6.sin6_addr);
    EXPECT_EQ(address_of(reinterpret_cast<const sockaddr&>(v6)), address("2001:db8::1"));
    sockaddr_un local{};
    local.sun_family = AF_UNIX;
    EXPECT_EQ(address_of(reinterpret_cast<const sockaddr&>(local)), std::nullopt);
}

TEST(PublicAddress, IsWrittenForPeople) {
    EXPECT_EQ(text_of(address("192.0.2.1")), "192.0.2.1");
    EXPECT_EQ(text_of(address("2001:db8:0::1")), "2001:db8::1");
    EXPECT_EQ(text_of({1, 2}), "");
}

} // namespace
} // namespace sealgate::milter
