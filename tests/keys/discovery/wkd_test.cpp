// Where a domain's Web Key Directory has a certificate: the vectors of the draft and of GnuPG, and whom nobody can ask for.
#include "keys/discovery/host_name.hpp"
#include "keys/discovery/wkd.hpp"

#include <gmock/gmock.h>

namespace sealgate::keys {
namespace {

using testing::StartsWith;

wkd_names names_of(std::string_view address) {
    const auto names = wkd_names_of(policy::parse_address(address));
    EXPECT_TRUE(names) << address;
    return names.value_or(wkd_names{});
}

bool can_be_asked_for(std::string_view address) { return wkd_names_of(policy::parse_address(address)).has_value(); }

TEST(Wkd, TheDraftsExample) {
    const auto names = names_of("Joe.Doe@Example.ORG");
    EXPECT_EQ(names.hash, "iy9q119eutrkn8s1mk4r39qejnbu3n5q");
    EXPECT_EQ(names.advanced_url, "https://openpgpkey.example.org/.well-known/openpgpkey/example.org/hu/"
                                  "iy9q119eutrkn8s1mk4r39qejnbu3n5q?l=Joe.Doe");
    EXPECT_EQ(names.direct_url, "https://example.org/.well-known/openpgpkey/hu/iy9q119eutrkn8s1mk4r39qejnbu3n5q?l=Joe.Doe");
}

TEST(Wkd, HashesOfGnuPG) {
    EXPECT_EQ(names_of("alice@example.org").hash, "kei1q4tipxxu1yj79k9kfukdhfy631xe");
    EXPECT_EQ(names_of("bob@example.org").hash, "jycbiujnsxs47xrkethgtj69xuunurok");
}

TEST(Wkd, OnlyLettersOfAsciiLoseTheirCase) {
    EXPECT_EQ(names_of("BOB@example.org").hash, names_of("bob@example.org").hash);
    EXPECT_NE(names_of("\u212Aay@example.org").hash, names_of("kay@example.org").hash) << "KELVIN SIGN";
    EXPECT_NE(names_of("\u00C4nn@example.org").hash, names_of("\u00E4nn@example.org").hash);
}

TEST(Wkd, TheLocalPartIsEncodedAsItWasWritten) {
    const auto written = [](std::string_view address) {
        const auto url = names_of(address).direct_url;
        return url.substr(url.find("?l=") + 3);
    };
    EXPECT_EQ(written("Bob+news@example.org"), "Bob%2Bnews");
    EXPECT_EQ(written("a/b&c=d?e#f%@example.org"), "a%2Fb%26c%3Dd%3Fe%23f%25");
    EXPECT_EQ(written("\"a b\"@example.org"), "a%20b") << "without its quotes";
    EXPECT_EQ(written("j\u00F6@example.org"), "j%C3%B6");
    EXPECT_EQ(written("x\r\nHost: y@example.org"), "x%0D%0AHost%3A%20y");
    EXPECT_EQ(written("a-b._~@example.org"), "a-b._~");
}

TEST(Wkd, ADomainOfOtherLettersIsAskedByItsALabels) {
    EXPECT_THAT(names_of("jo@B\u00FCcher.example").direct_url, StartsWith("https://xn--bcher-kva.example/.well-known/"));
    EXPECT_THAT(names_of("jo@b\u00FCcher.example").advanced_url,
                StartsWith("https://openpgpkey.xn--bcher-kva.example/.well-known/"));
}

TEST(Wkd, NobodyIsAskedForWhatHasNoHost) {
    for (const auto* address : {"",
                                "<>",
                                "root",
                                "@example.org",
                                "bob@",
                                "bob@[192.0.2.1]",
                                "bob@[IPv6:2001:db8::1]",
                                "bob@192.0.2.1",
                                "bob@2130706433",
                                "bob@127.1",
                                "bob@0x7f.1",
                                "bob@127.0x1",
                                "bob@localhost",
                                "bob@a_b.example",
                                "bob@-a.example",
                                "bob@a-.example",
                                "bob@example..org",
                                "bob@exa mple.org",
                                "bob@example.org/x",
                                "bob@example.org:8443"})
        EXPECT_FALSE(can_be_asked_for(address)) << address;
    const std::string label(63, 'a');
    EXPECT_TRUE(can_be_asked_for("bob@" + label + ".example"));
    EXPECT_FALSE(can_be_asked_for("bob@" + label + "a.example"));
    const auto long_name = label + "." + label + "." + label + ".";
    EXPECT_TRUE(can_be_asked_for("bob@" + long_name + std::string(50, 'a')));
    EXPECT_FALSE(can_be_asked_for("bob@" + long_name + std::string(51, 'a'))) << "too long with openpgpkey before it";
}

TEST(HostName, IsNoAddressAndNoNameAlone) {
    for (const auto* name : {"example.org", "a.b-c.xn--p1ai", "1.2.3.example", "0xg.x0x"})
        EXPECT_TRUE(is_host_name(name)) << name;
    for (const auto* name : {"", ".", "org", "example.org.", "[::1]", "::1", "1.2.3.4", "example.0", "example.0x", "a.0xAF",
                             "a\0b.org", "b\xC3\xBC.org"})
        EXPECT_FALSE(is_host_name(name)) << name;
}

TEST(ZBase32, WritesFiveBitsALetter) {
    EXPECT_EQ(z_base_32(""), "");
    EXPECT_EQ(z_base_32(std::string(5, '\0')), "yyyyyyyy");
    EXPECT_EQ(z_base_32("\xff\xff\xff\xff\xff"), "99999999");
    EXPECT_EQ(z_base_32("\xd4\x7a\xfc\x80\x01"), "4t7x3yyb");
}

TEST(Wkd, NamesOfFilesAreToldFromOthers) {
    EXPECT_TRUE(is_wkd_hash("iy9q119eutrkn8s1mk4r39qejnbu3n5q"));
    for (const auto* other :
         {"", "iy9q119eutrkn8s1mk4r39qejnbu3n5", "iy9q119eutrkn8s1mk4r39qejnbu3n5qq", "iy9q119eutrkn8s1mk4r39qejnbu3n5v",
          "iy9q119eutrkn8s1mk4r39qejnbu3n5Q", "iy9q119eutrkn8s1mk4r39qejnbu.new"})
        EXPECT_FALSE(is_wkd_hash(other)) << other;
}

} // namespace
} // namespace sealgate::keys
