// A signature's tags are read as RFC 6376 has them; what is doubtful is no signature.
#include "keys/learning/dkim_signature.hpp"

#include <gmock/gmock.h>

namespace sealgate::keys {
namespace {

using testing::ElementsAre;

TEST(DkimSignature, IsReadWithItsFolds) {
    const auto read =
        read_dkim_signature(" v=1; a=rsa-sha256; c=relaxed/simple; d=Partner.EXAMPLE;\n\ts=lab; i=@mail.partner.example;"
                            " h=From :\n\tTo:autocrypt: Autocrypt;\n\tbh=x/y=; b=Ab/d\n\t Ef+=\n\t;shiny=1; ");
    ASSERT_TRUE(read);
    EXPECT_EQ(read->domain, "partner.example");
    EXPECT_EQ(read->selector, "lab");
    EXPECT_EQ(read->identity, "@mail.partner.example");
    EXPECT_EQ(read->value, "Ab/dEf+=");
    EXPECT_THAT(read->fields, ElementsAre("from", "to", "autocrypt", "autocrypt"));
    EXPECT_TRUE(read->covers_all_of_body);
    EXPECT_EQ(read->count_of("Autocrypt"), 2);
    EXPECT_EQ(read->count_of("Subject"), 0);
    EXPECT_FALSE(read_dkim_signature("v=1;a=rsa-sha256;bh=x;d=a.b;s=s;h=from;b=x;l=100")->covers_all_of_body);
    EXPECT_EQ(read_dkim_signature("v=1;a=rsa-sha256;bh=x;d=b\xC3\xBC"
                                  "cher.example;s=s;h=from;b=x")
                  ->domain,
              "xn--bcher-kva.example");
}

TEST(DkimSignature, WhatIsDoubtfulIsNone) {
    for (const auto* const wrong :
         {"", "v=1", "a=rsa-sha256;bh=x;d=a.b;s=s;h=from;b=x", "v=1;bh=x;d=a.b;s=s;h=from;b=x",
          "v=1;a=rsa-sha256;d=a.b;s=s;h=from;b=x", "v=2;a=rsa-sha256;bh=x;d=a.b;s=s;h=from;b=x",
          "v=1;a=rsa-sha256;bh=x;s=s;h=from;b=x", "v=1;a=rsa-sha256;bh=x;d=a.b;h=from;b=x",
          "v=1;a=rsa-sha256;bh=x;d=a.b;s=s;b=x", "v=1;a=rsa-sha256;bh=x;d=a.b;s=s;h=from",
          "v=1;a=rsa-sha256;bh=x;d=a.b;s=s;h=from;b=", "v=1;a=rsa-sha256;bh=x;d=a.b;s=s;h=from;b=x;b=y",
          "v=1;a=rsa-sha256;bh=x;d=a.b;s=s;h=from;b=x;d=c.d", "v=1;a=rsa-sha256;bh=x;d=a.b;s=s;h=from;b=x;stray",
          "v=1;a=rsa-sha256;bh=x;;d=a.b;s=s;h=from;b=x", "v=1;a=rsa-sha256;bh=x;d=[192.0.2.1];s=s;h=from;b=x",
          "v=1;a=rsa-sha256;bh=x;d=a.b;s=s;h=from;b=x;=y"})
        EXPECT_FALSE(read_dkim_signature(wrong)) << wrong;
    std::string many = "v=1;a=rsa-sha256;bh=x;d=a.b;s=s;h=from;b=x";
    for (int i = 0; i < 100; ++i) many += ";x" + std::to_string(i) + "=";
    EXPECT_FALSE(read_dkim_signature(many));
}

} // namespace
} // namespace sealgate::keys
