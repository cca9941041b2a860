// Where keyservers have a certificate, whom nobody asks them for, and which names of keyservers can be meant.
#include "keys/discovery/keyserver.hpp"

#include <gtest/gtest.h>

namespace sealgate::keys {
namespace {

const std::string of_version_4 = "653909A2F0E37C106F5FAF546C8857E0D8E8F074", of_version_6(64, 'F');

keyserver_place vks_of(std::string_view address) {
    return vks_place_of("keys.example", policy::parse_address(address)).value_or(keyserver_place{});
}

keyserver_place hkp_of(std::string_view address) {
    return hkp_place_of("keys.example", policy::parse_address(address)).value_or(keyserver_place{});
}

TEST(Keyserver, ByAddress) {
    EXPECT_EQ(vks_of("Joe.Doe@Example.ORG").url, "https://keys.example/vks/v1/by-email/joe.doe%40example.org");
    EXPECT_EQ(hkp_of("Joe.Doe@Example.ORG").url,
              "https://keys.example/pks/lookup?op=get&options=mr&exact=on&search=joe.doe%40example.org");
}

TEST(Keyserver, WhatIsShownNamesNobody) {
    EXPECT_EQ(vks_of("joe@example.org").shown, "https://keys.example/vks/v1/by-email");
    EXPECT_EQ(hkp_of("joe@example.org").shown, "https://keys.example/pks/lookup");
}

TEST(Keyserver, AnAddressIsEncodedAsAWhole) {
    for (const auto& [address, encoded] :
         {std::pair{"bob+news@example.org", "bob%2Bnews%40example.org"},
          std::pair{"a/../b&c=d?e#f%@example.org", "a%2F..%2Fb%26c%3Dd%3Fe%23f%25%40example.org"},
          std::pair{"\"a b\"@example.org", "a%20b%40example.org"},
          std::pair{"j\u00F6@B\u00FCcher.example", "j%C3%B6%40xn--bcher-kva.example"},
          std::pair{"x\r\nHost: y@example.org", "x%0D%0Ahost%3A%20y%40example.org"}}) {
        EXPECT_EQ(vks_of(address).url, "https://keys.example/vks/v1/by-email/" + std::string(encoded));
        EXPECT_TRUE(hkp_of(address).url.ends_with("&search=" + std::string(encoded))) << hkp_of(address).url;
    }
}

TEST(Keyserver, NobodyIsAskedForWhomNoInternetKnows) {
    for (const auto* address :
         {"", "<>", "root", "@example.org", "bob@", "bob@[192.0.2.1]", "bob@192.0.2.1", "bob@localhost"}) {
        EXPECT_FALSE(vks_place_of("keys.example", policy::parse_address(address))) << address;
        EXPECT_FALSE(hkp_place_of("keys.example", policy::parse_address(address))) << address;
    }
}

TEST(Keyserver, ByFingerprint) {
    EXPECT_EQ(vks_place_of_key("keys.example", of_version_4).value_or(keyserver_place{}),
              (keyserver_place{.url = "https://keys.example/vks/v1/by-fingerprint/" + of_version_4,
                               .shown = "https://keys.example/vks/v1/by-fingerprint"}));
    EXPECT_EQ(hkp_place_of_key("keys.example", of_version_4).value_or(keyserver_place{}),
              (keyserver_place{.url = "https://keys.example/pks/lookup?op=get&options=mr&exact=on&search=0x" + of_version_4,
                               .shown = "https://keys.example/pks/lookup"}));
    EXPECT_TRUE(vks_place_of_key("keys.example", of_version_6));
    EXPECT_TRUE(hkp_place_of_key("keys.example", of_version_6));
    for (const auto& wrong : {std::string{}, std::string("6C8857E0D8E8F074"), of_version_4 + "0", "0x" + of_version_4.substr(2),
                              std::string(40, 'f'), std::string(40, '/'), std::string(40, 'G')}) {
        EXPECT_FALSE(vks_place_of_key("keys.example", wrong)) << wrong;
        EXPECT_FALSE(hkp_place_of_key("keys.example", wrong)) << wrong;
    }
}

TEST(Keyserver, IsNamedAsPeopleNameIt) {
    for (const auto* spelled :
         {"keys.openpgp.org", "https://keys.openpgp.org", "hkps://keys.openpgp.org", "HKPS://Keys.OpenPGP.org.",
          "https://keys.openpgp.org/", "keys.openpgp.org:443", "https://keys.openpgp.org:443/"})
        EXPECT_EQ(keyserver_host(spelled).value_or(""), "keys.openpgp.org") << spelled;
    EXPECT_EQ(keyserver_host("B\u00FCcher.example").value_or(""), "xn--bcher-kva.example");
}

TEST(Keyserver, WhatCannotBeAskedIsToldWhy) {
    for (const auto& [spelled, why] : {std::pair{"http://keys.example", "TLS"},
                                       std::pair{"hkp://keys.example", "TLS"},
                                       std::pair{"ldap://keys.example", "TLS"},
                                       std::pair{"keys.example:11371", "port 443"},
                                       std::pair{"keys.example:", "port 443"},
                                       std::pair{"keys.example:0443", "port 443"},
                                       std::pair{"https://keys.example:443:443", "port 443"},
                                       std::pair{"https://keys.example/pks", "no path"},
                                       std::pair{"keys.example//", "no path"},
                                       std::pair{"keys.example?x", "no path"},
                                       std::pair{"keys.example#x", "no path"},
                                       std::pair{"me@keys.example", "user name"},
                                       std::pair{"https://me:word@keys.example", "user name"},
                                       std::pair{"[2001:db8::1]", "IP address"},
                                       std::pair{"hkps://[::1]:443", "IP address"},
                                       std::pair{"192.0.2.1", "no name of a host"},
                                       std::pair{"0x7f.1", "no name of a host"},
                                       std::pair{"2130706433", "no name of a host"},
                                       std::pair{"localhost", "no name of a host"},
                                       std::pair{"https://", "no name of a host"},
                                       std::pair{"", "no name of a host"},
                                       std::pair{"keys example.org", "no name of a host"},
                                       std::pair{"keys.example\r\nx", "no name of a host"},
                                       std::pair{"https://https://keys.example", "no path"}}) {
        const auto host = keyserver_host(spelled);
        ASSERT_FALSE(host) << spelled;
        EXPECT_TRUE(host.error().contains(why)) << host.error();
        EXPECT_TRUE(host.error().contains("expected a name such as keys.openpgp.org")) << host.error();
    }
}

} // namespace
} // namespace sealgate::keys
