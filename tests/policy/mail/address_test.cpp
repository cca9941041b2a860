// Envelope addresses as clients spell them.
#include "policy/mail/address.hpp"
#include "policy/mail/mailbox_list.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace sealgate::policy {
namespace {

struct path_case {
    const char* path;
    const char* local;
    const char* domain;
};

TEST(Address, IsReadAsPostfixHandsItOver) {
    const path_case cases[] = {
        {"<bob@yahoo.com>", "bob", "yahoo.com"},
        {"bob@yahoo.com", "bob", "yahoo.com"},
        {"<Bob@YAHOO.Com>", "Bob", "yahoo.com"},
        {"<bob@yahoo.com.>", "bob", "yahoo.com"},
        {"<@relay.example,@b.example:bob@yahoo.com>", "bob", "yahoo.com"},
        {"<\"a b\"@x.org>", "a b", "x.org"},
        {"<\"a\\\"b\"@x.org>", "a\"b", "x.org"},
        {"<postmaster>", "postmaster", ""},
        {"<bob@[192.0.2.1]>", "bob", "[192.0.2.1]"},
        {"<bob@bücher.example>", "bob", "xn--bcher-kva.example"},
        {"<bob@XN--BCHER-KVA.example>", "bob", "xn--bcher-kva.example"},
        {"<bob@ｙａｈｏｏ.com>", "bob", "yahoo.com"},
        {"<bob@yahoo。com>", "bob", "yahoo.com"},
        {"<bob@yahoo..com>", "bob", ""},
        {"<bob@>", "bob", ""},
        {"<bob@exa mple.com>", "bob", ""},
        {"<bob@xn--\xff>", "bob", ""},
    };
    for (const auto& [path, local, domain] : cases) {
        const auto read = parse_address(path);
        EXPECT_EQ(read.local, local) << path;
        EXPECT_EQ(read.domain, domain) << path;
    }
}

TEST(Address, IsReadAsMailServersReadIt) {
    for (const auto& [spelled, key] : {std::pair("<max @example.org>", "max@example.org"),
                                       {"< max@example.org>", "max@example.org"},
                                       {"<ma\\x@example.org>", "max@example.org"},
                                       {"<\"m x\"@example.org >", "m x@example.org"},
                                       {"<\"m\\\"x\" @example.org>", "m\"x@example.org"}}) {
        const auto read = parse_address(spelled);
        EXPECT_EQ(read.key(), key) << spelled;
        EXPECT_EQ(without_blanks(read.spelled).substr(0, 1), read.spelled.starts_with('"') ? "\"" : std::string(1, key[0]));
    }
    for (const auto* other : {"bob\\ smith@x.org", "bob smith@x.org", "a\\\\b@x.org", "m\"ax @x.org", "bob\\"})
        EXPECT_EQ(without_blanks(other), other) << "it would need quotes";
}

TEST(Address, NullSenderIsNullInBothForms) {
    EXPECT_TRUE(parse_address("<>").is_null());
    EXPECT_TRUE(parse_address("").is_null());
    EXPECT_FALSE(parse_address("<a@b.c>").is_null());
}

TEST(Address, WhatAServerMayRouteElsewhereIsKnown) {
    for (const auto* path : {"bob%yahoo.com@example.org", "yahoo.com!bob@example.org", "\"bob@yahoo.com\"@example.org", "bob@",
                             "bob@yahoo..com", "yahoo.com!bob", "bob%yahoo.com", "@yahoo.com:bob", "\"a b\""})
        EXPECT_TRUE(parse_address(path).may_be_rerouted()) << path;
    for (const auto* path : {"bob@example.org", "bob+tag@example.org", "b.o-b_=x@example.org", "bob"})
        EXPECT_FALSE(parse_address(path).may_be_rerouted()) << path;
}

TEST(Address, ANameAloneIsUnqualified) {
    for (const auto* path : {"<root>", "cy", "jean.dupont", "\"root\"", "news+x", "j\u00F6rg", "<MAILER-DAEMON>"})
        EXPECT_TRUE(parse_address(path).is_unqualified()) << path;
    for (const auto* path : {"", "<>", "root@example.org", "root@", "@", "yahoo.com!bob", "bob%yahoo.com", "@a.example:bob",
                             "a:b", "a b", "bob@yahoo..com", "bob\\@yahoo.com"})
        EXPECT_FALSE(parse_address(path).is_unqualified()) << path;
}

TEST(Address, KeyIgnoresAsciiCaseOnly) {
    EXPECT_EQ(parse_address("BOB@Yahoo.com").key(), "bob@yahoo.com");
    EXPECT_NE(parse_address("\u212Aate@x.org").key(), "kate@x.org"); // KELVIN SIGN
}

struct list_case {
    const char* value;
    std::vector<std::string> addresses;
};

TEST(MailboxList, GivesTheAddressesAndNothingElse) {
    const list_case cases[] = {
        {"bob@x.org", {"bob@x.org"}},
        {" Bob <bob@x.org>, Ann <ann@y.org>", {"bob@x.org", "ann@y.org"}},
        {"\"a@b.c, (\" <bob@x.org>", {"bob@x.org"}},
        {"Team: bob@x.org, Ann <ann@y.org>;, c@z.org", {"bob@x.org", "ann@y.org", "c@z.org"}},
        {"undisclosed-recipients:;", {}},
        {"(only a comment)", {}},
        {"<@a,@b:bob@x.org>", {"bob@x.org"}},
        {"\"b b\"@x.org", {"\"b b\"@x.org"}},
        {"bob@[IPv6:2001:db8::1]", {"bob@[IPv6:2001:db8::1]"}},
        {"<bob@x.org> trailing@words", {"bob@x.org"}},
        {"\"never closed <bob@x.org>", {}},
        {"Bob\n <bob@x.org>", {"bob@x.org"}},
    };
    for (const auto& [value, addresses] : cases) EXPECT_EQ(mailbox_addresses(value), addresses) << value;
}

TEST(Address, ReadableForPeopleAndStillTheOneThatItIs) {
    EXPECT_EQ(readable("xn--bcher-kva.example"), "bücher.example (xn--bcher-kva.example)");
    EXPECT_EQ(readable("bob@xn--bcher-kva.example"), "bob@bücher.example (xn--bcher-kva.example)");
    for (const auto* as_it_is : {"bob@example.org", "example.org", "", "@", "bob@xn--a.example", "xn--",
                                 "xn--bcher-kva@example.org", "hmac-00112233445566778899aabbccddeeff", "(hidden)"})
        EXPECT_EQ(readable(as_it_is), as_it_is);
}

} // namespace
} // namespace sealgate::policy
